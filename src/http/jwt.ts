/**
 * Reads the claims of a JWT in compact form (RFC 7519 §3, RFC 7515 §7.1) without checking its signature: a
 * hint, never to be trusted. `undefined` for anything else (an opaque token, an encrypted JWT), and where the
 * runtime has no `atob`. Never throws.
 */
export function readJwtClaims(token?: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const payload = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token as string)?.[1]
    // Not left to the `catch`: an Error with its stack costs more than all the rest of a grant.
    if (!payload) return undefined
    const bytes = atob(payload.replace(/-/g, '+').replace(/_/g, '/'))
    if (!/^\s*\{/.test(bytes)) return undefined
    // UTF-8 by way of percent-encoding: React Native had `atob` long before it had TextDecoder.
    return JSON.parse(decodeURIComponent(escape(bytes))) as Record<string, unknown>
  } catch {
    return undefined
  }
}
