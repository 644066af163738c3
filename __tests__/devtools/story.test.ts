/** What stands at a grant in the panel, and how lengths of time are said: the log and `explain` say the rest. */
import { RefreshUnavailableError } from 'tokenflight'
import type { GrantSpan } from '../../src/devtools/record.js'
import { duration, grantStoryOf } from '../../src/devtools/story.js'

it.each([
  [-5, '0 ms'],
  [999.4, '999 ms'],
  [1_000, '1.0 s'],
  [9_940, '9.9 s'],
  [10_000, '10 s'],
  [59_499, '59 s'],
  [60_000, '1 min 0 s'],
  [3_599_000, '59 min 59 s'],
  [3_600_000, '1 h 0 min'],
  [9_065_000, '2 h 31 min'],
])('%d ms are said as "%s"', (ms, said) => {
  expect(duration(ms)).toBe(said)
})

const error = new RefreshUnavailableError('network', { ambiguous: true })
const grant = (more: Partial<GrantSpan>): GrantSpan => {
  return { reason: 'unauthorized', from: 1_000, until: 1_212, outcome: undefined, error: undefined, ...more }
}

it.each<[Partial<GrantSpan>, string]>([
  [{ outcome: 'granted' }, 'new tokens after 212 ms.'],
  [{ outcome: 'left' }, 'not needed any more after 212 ms.'],
  [{ outcome: 'failed' }, 'failed after 212 ms. It is tried again.'],
  [{ outcome: 'failed', error }, `failed after 212 ms. ${error.message}`],
  [{ until: undefined }, 'on its way, 3.0 s so far.'],
])('a grant with %j says what came of it', (more, said) => {
  expect(grantStoryOf(grant(more), 4_000)).toBe(`A grant, because a 401 refused the token: ${said}`)
})
