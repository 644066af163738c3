import type * as OidcProvider from 'oidc-provider'

/** The package oidc-provider; it is ESM alone. */
type OidcProviderModule = typeof OidcProvider

let loading: Promise<OidcProviderModule> | undefined

/**
 * Loads oidc-provider once. On Node 20 it warns that it is made for Node 22; what it is used for here works there as
 * well, so that this one warning is dropped.
 */
export function loadOidcProvider(): Promise<OidcProviderModule> {
  loading ??= withoutRuntimeWarning(() => import('oidc-provider'))
  return loading
}

async function withoutRuntimeWarning<T>(load: () => Promise<T>): Promise<T> {
  const { warn } = console
  console.warn = (...words: unknown[]): void => {
    if (!String(words[0]).includes('Unsupported runtime')) warn(...words)
  }
  try {
    return await load()
  } finally {
    console.warn = warn
  }
}
