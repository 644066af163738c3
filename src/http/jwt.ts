/**
 * Reads the claims of a JWT in compact form (RFC 7519 §3, RFC 7515 §7.1) without checking its signature: a
 * hint, never to be trusted. `undefined` for anything else (an opaque token, an encrypted JWT), and where the
 * runtime has no `atob`. Never throws.
 */
export function readJwtClaims(token?: string): Readonly<Record<string, unknown>> | undefined {
  // An Error with its stack costs more than all the rest of a grant: what is no JWT makes none.
  const payload = token && /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token)?.[1]
  if (!payload) return undefined
  try {
    const bytes = atob(payload.replace(/-/g, '+').replace(/_/g, '/'))
    if (!/^\s*\{/.test(bytes)) return undefined
    // UTF-8 by way of percent-encoding: React Native had `atob` long before it had TextDecoder.
    return JSON.parse(decodeURIComponent(escape(bytes))) as Record<string, unknown>
  } catch {
    return undefined
  }
}
