/** The word and the colour that a request has in the panel. */
import { stateOf, type Call, type CallState, type Ending } from '../../src/devtools/record.js'

const at = 1_000
const places = (...all: Call['stays'][number]['place'][]): Call['stays'] =>
  all.map((place) => ({ place, from: at, until: undefined }))
const ended = (status?: number, reason?: Ending['reason']): Ending => ({ at, status, reason })

it.each<[what: string, stays: Call['stays'], ended: Ending | undefined, word: CallState]>([
  ['is held', places('held'), undefined, 'held'],
  ['is on its second way', places('wire', 'held', 'replay'), undefined, 'replay'],
  ['was on its way already when the record began', [], undefined, 'wire'],
  ['was answered 200', places('wire'), ended(200), 'ok'],
  ['was answered 399', places('wire'), ended(399), 'ok'],
  ['was answered 400', places('wire'), ended(400), 'refused'],
  [
    'was answered 200 by a sign of the app’s own for a 401',
    places('wire'),
    ended(200, 'ERR_BODY_NOT_REPLAYABLE'),
    'refused',
  ],
  ['was aborted', places('wire'), ended(undefined, 'aborted'), 'aborted'],
  ['was aborted when its answer was there', places('wire'), ended(200, 'aborted'), 'aborted'],
  ['got no answer', places('wire'), ended(), 'failed'],
  ['was rejected while it was held', places('held'), ended(undefined, 'ERR_LOGIN_REQUIRED'), 'failed'],
])('a request that %s', (_what, stays, ending, word) => {
  const facts = { id: 1, method: 'GET', path: '/me', from: at, isRefused: false, isToStepUp: false }
  expect(stateOf({ ...facts, stays, ended: ending })).toBe(word)
})
