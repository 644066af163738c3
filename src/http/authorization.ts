/** The value of the header that carries a token (RFC 6750 §2.1); with an empty scheme, the bare token. */
export function authorizationValue(scheme: string, token: string): string {
  return `${scheme} ${token}`.trimStart()
}

/**
 * Says whether a value is fit to be a token in a header: a non-empty string of visible ASCII, so that it can
 * neither be dropped or trimmed on the way nor start a header of its own (RFC 9110 §5.5).
 */
export function isHeaderSafe(value: unknown): value is string {
  return typeof value === 'string' && /^[!-~]+$/.test(value)
}
