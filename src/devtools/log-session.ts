import type { SessionEvent } from '../session/events.js'
import { clock } from './time-axis.js'
import { duration, grantReasons, nameOf, storyOf } from './story.js'
import { Recorder } from './recorder.js'
import type { Session } from '../session/session.js'

/**
 * Tells what happens in a session as lines of text, in a terminal or in a test: one for each request when it has
 * ended, one for whatever happens to the session itself. No line holds a token.
 *
 * @param write gets each line. Default: `console.log`
 * @returns the way to stop; what is still under way then gets a line as well
 * @throws TypeError where this is no session
 * @example
 * const stop = logSession(session)
 * // 13:05:02.113  grant          a 401 refused the token
 * // 13:05:02.325  granted        new tokens after 212 ms, good for 20 s; 12 requests go on
 * // 13:05:02.361  request 7      GET /me was refused, held 212 ms for a renewal, then sent again and answered 200.
 */
export function logSession(session: Session, write: (line: string) => void = consoleLog): () => void {
  const say = (what: string, text: string): void => write(line(recorder.now, what, text))
  const recorder: Recorder = new Recorder(session, (event) => {
    if (!event) return
    const told = linesOf(event, recorder)
    if (told) say(...told)
    // What has been told is not kept.
    if (event.type === 'settled') recorder.forget(event.id)
  })
  return () => {
    recorder.stop()
    for (const call of recorder.pending) say(`request ${call.id}`, storyOf(call, recorder.now))
  }
}

function consoleLog(text: string): void {
  console.log(text)
}

function line(now: number, what: string, text: string): string {
  const ms = String(Math.trunc(now) % 1000).padStart(3, '0')
  return `${clock(now)}.${ms}  ${what.padEnd(13)}  ${text}`
}

function linesOf(event: SessionEvent, recorder: Recorder): readonly [what: string, text: string] | undefined {
  switch (event.type) {
    case 'settled':
    case 'held':
      return ofRequest(event, recorder)
    case 'grant':
      return ['grant', grantReasons[event.reason]]
    case 'granted':
      return ['granted', grantedWords(event, recorder)]
    case 'grantFailed':
      return ['grant failed', event.error.message]
    case 'loginRequired':
      return ['session over', event.error.message]
    case 'login':
      return ['login', `generation ${event.generation}`]
    case 'logout':
      return ['logout', `generation ${event.generation}`]
    case 'adopted':
      return ['adopted', `token version ${event.version}, from another tab or session`]
    case 'problem':
      return ['problem', event.message]
    default:
      return undefined
  }
}

/** Of those that are held the first is told at once: it may be all that a test which hangs has to say. */
function ofRequest(
  { type, id }: Extract<SessionEvent, { readonly id: number }>,
  { calls, session }: Recorder,
): readonly [string, string] | undefined {
  const call = calls.find((one) => one.id === id)
  if (!call) return undefined
  if (type === 'settled') return [`request ${id}`, storyOf(call, call.ended?.at ?? 0)]
  const isFirst = session.getSnapshot().held === 0
  return isFirst ? [`request ${id}`, `${nameOf(call)} is held, the first of those that wait`] : undefined
}

function grantedWords(
  { expiresAt }: Extract<SessionEvent, { type: 'granted' }>,
  { grants, now, pending }: Recorder,
): string {
  const grant = grants.at(-1)
  const took = grant ? ` after ${duration((grant.until ?? now) - grant.from)}` : ''
  const life = expiresAt === undefined ? 'with no known end' : `good for ${duration(expiresAt - now)}`
  const waiting = [...pending].filter(({ stays }) => stays.at(-1)?.place === 'held').length
  return `new tokens${took}, ${life}; ${waiting === 1 ? '1 request goes' : `${waiting} requests go`} on`
}
