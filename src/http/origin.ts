// What every reader takes for the same host: no userinfo, nothing that is dropped or rewritten before the path.
const PLAIN = /^https?:\/\/[\w.-]{1,253}(:\d+)?(?=[/?#]|$)/i

function readOrigin(url: string | URL, base?: string): string | undefined {
  try {
    const { protocol, origin } = new URL(url, base)
    return /^https?:/.test(protocol) ? origin : undefined
  } catch {
    return undefined
  }
}

/**
 * The origin of an http or https URL as the URL standard gives it: lower case, without the default port, such
 * as `https://api.example.com:8443`. `undefined` for everything else: other schemes (of a `blob:` URL the
 * inner origin does not count), what cannot be parsed, and, where the runtime's `URL` does not conform, all
 * that is not plain (relative, userinfo, IPv6, hosts beyond ASCII); a default port that stands there is then
 * part of it. Never throws for a string.
 * @param base what a relative `url` is resolved against; an absolute one does not need it.
 */
export function originOf(url: string | URL, base?: string): string | undefined {
  // React Native's own URL throws at `origin` or, in later releases, cuts it out of both strings joined.
  const conforms = readOrigin('//H', 'https://x') === 'https://h'
  return conforms ? readOrigin(url, base) : PLAIN.exec(String(url))?.[0].toLowerCase()
}

/**
 * Says whether a token may travel to an origin (as `originOf` gives it): over https, or over http on the
 * loopback: `localhost`, `*.localhost`, 127.0.0.0/8, `[::1]` (Secure Contexts §3.1). No host name has more than 253
 * characters: the bound keeps an engine from filling its stack with megabytes.
 */
export function isTrustworthy(origin: string): boolean {
  return /^https:|^http:\/\/(([\w.-]{1,253}\.)?localhost\.?|127(\.\d+){3}|\[::1])(:\d+)?$/.test(origin)
}

/**
 * The URL that relative URLs are resolved against in this page or worker: the document's base URI, else the
 * location, whichever is first http(s). `undefined` where there is none (Node, React Native). Never throws.
 */
export function pageBase(): string | undefined {
  try {
    const { document, location }: Partial<typeof globalThis> = globalThis
    return [document?.baseURI, location?.href].find((url) => /^https?:/i.test(String(url)))
  } catch {
    return undefined
  }
}

/**
 * Says whether tokens and secrets may be sent to this address: https, or http on the loopback. `fetch` refuses one
 * with a user name or password in it. A relative address is resolved against the page, where there is one.
 * @param allowInsecure http is good enough everywhere.
 */
export function isEndpoint(value: unknown, allowInsecure = false): value is string | URL {
  if (typeof value !== 'string' && !(value instanceof URL)) return false
  const origin = originOf(value, pageBase())
  const hasUser = /^[^/?#]*\/\/[^/?#]*@/.test(String(value))
  return origin !== undefined && !hasUser && (allowInsecure || isTrustworthy(origin))
}
