import { asked, duration, grantReasons, nameOf, storyOf } from './story.js'
import { clock } from './time-axis.js'
import type { Noted } from './record.js'
import type { SessionEvent } from '../session/events.js'
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
    const told = lineOf(event, recorder)
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

type Line = readonly [what: string, text: string] | undefined

/** A word for each event; undefined for those that are told in the request's own line, when it has ended. */
const lines: {
  readonly [T in Noted['type']]:
    | ((event: Noted & { readonly type: T }, recorder: Recorder) => Line)
    | undefined
} = {
  login: ({ generation }) => ['login', `generation ${generation}`],
  logout: ({ generation }) => ['logout', `generation ${generation}`],
  left: ({ isDisposed }) =>
    isDisposed ? ['disposed', 'it does nothing more'] : ['signed out', 'in another tab or session'],
  adopted: ({ version }) => ['adopted', `token version ${version}, from another tab or session`],
  grant: ({ reason }) => ['grant', grantReasons[reason]],
  granted: (event, recorder) => ['granted', grantedWords(event, recorder)],
  grantFailed: ({ error }) => ['grant failed', error.message],
  loginRequired: ({ error }) => ['session over', error.message],
  stepUp: (event) => [
    'step-up',
    `${event.method} ${event.path}: the API asks for a better token${asked(event)}`,
  ],
  held: ofRequest,
  sent: undefined,
  unauthorized: undefined,
  replayed: undefined,
  settled: ofRequest,
  problem: ({ message }) => ['problem', message],
}

function lineOf(event: Noted, recorder: Recorder): Line {
  return (lines[event.type] as ((event: Noted, recorder: Recorder) => Line) | undefined)?.(event, recorder)
}

/** Of those that are held the first is told at once: it may be all that a test which hangs has to say. */
function ofRequest(
  { type, id }: Extract<SessionEvent, { readonly id: number }>,
  { calls, session, now }: Recorder,
): Line {
  const call = calls.find((one) => one.id === id)
  if (!call) return undefined
  if (type === 'settled') return [`request ${id}`, storyOf(call, now)]
  const isFirst = session.getSnapshot().held === 0
  return isFirst ? [`request ${id}`, `${nameOf(call)} is held, the first of those that wait`] : undefined
}

function grantedWords(
  { expiresAt }: Extract<SessionEvent, { type: 'granted' }>,
  { landed, now, pending }: Recorder,
): string {
  const life = expiresAt === undefined ? 'with no known end' : `good for ${duration(expiresAt - now)}`
  if (!landed) return `new tokens that came late or that the app brought, ${life}`
  const took = ` after ${duration(landed.until - landed.from)}`
  const waiting = [...pending].filter(({ stays }) => stays.at(-1)?.waitsFor === 'renewal').length
  return `new tokens${took}, ${life}; ${waiting === 1 ? '1 request goes' : `${waiting} requests go`} on`
}
