import { addressOf, sentenceOf } from './explanation.js'
import { probeAxios, probeFetch, type ExplainableInstance, type Probed } from './probe.js'
import { insideOf } from './inside.js'
import type { Session } from '../session/session.js'
import type { SessionFetch } from '../fetch/create-fetch.js'
import type { SessionFetchInit } from '../fetch/request.js'

/**
 * Says in one sentence what would happen now to a request of an attached axios instance: whether it would get the
 * token, be held, start a renewal, or why not. The same rules decide as for a real request, and nothing is sent,
 * held or renewed. `transformRequest`, `allowedOrigins` and `refreshWhen` are called; the app's interceptors are
 * not: hand in what they would add.
 *
 * @throws TypeError (as a rejection) where this is no session
 * @example
 * await explain(api, session, { url: '/me' })
 * // 'GET https://api.example.com/me would be held for a renewal: the token ended 3 s ago.'
 */
export function explain(instance: ExplainableInstance, session: Session, config: object): Promise<string>
/** The same for a function of `createFetch`: with what would be handed to it. */
export function explain(
  wrapped: SessionFetch,
  session: Session,
  input: Parameters<typeof fetch>[0],
  init?: SessionFetchInit,
): Promise<string>
export async function explain(
  attached: ExplainableInstance | SessionFetch,
  session: Session,
  request: object | string,
  init?: SessionFetchInit,
): Promise<string> {
  const inside = insideOf(session)
  const isAxios = 'interceptors' in attached
  const probed: Probed = isAxios
    ? await probeAxios(attached, session, Object(request) as object)
    : await probeFetch(attached, session, request as string, init)
  return `${addressOf(probed)} ${sentenceOf(inside, probed)}`
}
