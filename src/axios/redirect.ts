import type { InternalAxiosRequestConfig } from 'axios'
import { originOf } from '../http/origin.js'

type BeforeRedirect = NonNullable<InternalAxiosRequestConfig['beforeRedirect']>

/**
 * Behaviour 5, for axios's http adapter: takes the header off a redirect to another origin, then lets the app's
 * own hook look at it. axios 1.7 forwards even Authorization; newer ones forward other header names.
 */
export function redirectGuard(
  url: string,
  headerName: string,
  own: BeforeRedirect | undefined,
): BeforeRedirect {
  const lowerName = headerName.toLowerCase()
  return (options, ...details) => {
    const { href, headers } = options as { href?: string; headers?: Record<string, unknown> }
    if (!href || originOf(href) !== originOf(url)) {
      for (const name of Object.keys(headers ?? {}))
        if (name.toLowerCase() === lowerName) delete headers?.[name]
    }
    own?.(options, ...details)
  }
}
