// Invariant: whatever this accepts, a conforming `URL` reads the same way or refuses. A host is a canonical
// IPv4 address, [::1], or a name whose last label starts with no digit (`URL` takes 0x7f.1 for an address).
const HTTP_ORIGIN =
  /^https?:\/\/(?:(?:(?!0\d)\d{1,3}(?:\.(?=\d)|\b)){4}|\[::1]|(?:[\w-]+\.)*[a-z_][\w-]*\.?)(?::[1-9]\d{0,4})?(?=[/?#]|$)/i

// `URL` drops or rewrites these wherever they stand, which can move the host.
const REWRITTEN = /[\\\s\0-\x1f\x7f]/

function strictOrigin(url: string, base = ''): string | undefined {
  if (REWRITTEN.test(url)) return undefined
  const relative = !/^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(url)
  if (relative) return base ? strictOrigin(base) : undefined
  const origin = HTTP_ORIGIN.exec(url)?.[0].toLowerCase()
  return origin?.replace(/^(http:.*):80$|^(https:.*):443$/, '$1$2')
}

/**
 * The origin of an http or https URL as the URL standard gives it: lower case, without the default port, such
 * as `https://api.example.com:8443`. `undefined` for everything else: other schemes (of a `blob:` URL the
 * inner origin does not count), what cannot be parsed, and, where the runtime's `URL` does not conform, all
 * that is not plain (userinfo, backslashes, white space, hosts beyond ASCII, `//host`). Never throws.
 * @param base what a relative `url` is resolved against; an absolute one does not need it.
 */
export function originOf(url: string | URL, base?: string): string | undefined {
  try {
    const text = String(url)
    // The strict reading first: it is the cheaper one, and every request passes here.
    const plain = strictOrigin(text, base)
    // React Native's own URL throws at `origin` or, in later releases, cuts it out of both strings joined.
    if (plain !== undefined || new URL('//H:443', 'https://x').origin !== 'https://h') return plain
    const { protocol, origin } = new URL(text, base)
    return /^https?:$/.test(protocol) ? origin : undefined
  } catch {
    return undefined
  }
}

/**
 * Says whether a token may travel to an origin (as `originOf` gives it): over https, or over http on the
 * loopback: `localhost`, `*.localhost`, 127.0.0.0/8, `[::1]` (Secure Contexts §3.1).
 */
export function isTrustworthy(origin: string): boolean {
  return /^https:|^http:\/\/(?:(?:[\w.-]+\.)?localhost\.?|127(?:\.\d+){3}|\[::1])(?::\d+)?$/.test(origin)
}

/**
 * The URL that relative URLs are resolved against in this page or worker: the document's base URI, else the
 * location, whichever is first http(s). `undefined` where there is none (Node, React Native). Never throws.
 */
export function pageBase(): string | undefined {
  try {
    const { document, location }: Partial<typeof globalThis> = globalThis
    return [document?.baseURI, location?.href].find((url) => /^https?:/i.test(url ?? ''))
  } catch {
    return undefined
  }
}
