import { parseChallenges, type Challenge } from './challenge.js'
import { readHeader } from './headers.js'

/**
 * The challenges of a 401 or 403 (RFC 9110 §11.6.1), from whatever the caller has at hand: an axios error or
 * response, a fetch `Response`, or an error whose `response` or cause has them. Never throws.
 *
 * @example
 * const [challenge] = getChallenges(error)
 * if (challenge?.parameters.error === 'insufficient_scope') askFor(challenge.parameters.scope)
 */
export function getChallenges(errorOrResponse: unknown): Challenge[] {
  let candidate = errorOrResponse as { response?: unknown; headers?: unknown; cause?: unknown }
  try {
    for (let depth = 0; depth < 16; depth++) {
      const { headers } = (candidate.response ?? candidate) as { headers?: unknown }
      if (headers) return parseChallenges(readHeader(headers, 'www-authenticate'))
      candidate = candidate.cause as typeof candidate
    }
  } catch {
    // There is no further cause, or a getter of somebody else's error has failed.
  }
  return []
}
