// IMF-fixdate and the RFC 850 date: Date.parse alone would also read "5", "-1" and "2020".
const HTTP_DATE = /^[a-z]{3,9}, [\w -]+ \d\d:\d\d:\d\d GMT$/i

/**
 * Reads a `Retry-After` header, as delay-seconds or as an HTTP-date (RFC 9110 §10.2.3), into milliseconds from
 * `now` (epoch ms): never negative, `undefined` for anything else. A delay beyond 2^31 s counts as 2^31 s
 * (RFC 9111 §1.2.2).
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = String(value).trim()
  if (/^\d+$/.test(text)) return Math.min(Number(text), 2 ** 31) * 1000
  if (!HTTP_DATE.test(text)) return undefined
  const wait = Date.parse(text) - now
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}
