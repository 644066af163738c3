import { loader } from '../../src/grant/loader.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { rejectionOf } from '../support/outcome.js'

failOnLeaks()

const offline = new TypeError('Failed to fetch dynamically imported module')

it('code that does not load is told as a network failure with its cause, and is asked for again by the next call (25)', async () => {
  const load = jest
    .fn(async () => 'loaded')
    .mockRejectedValueOnce(offline)
    .mockRejectedValueOnce(offline)
  const code = loader(load)
  const error = await rejectionOf(code())
  expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', reason: 'network', ambiguous: false })
  expect(error.message).toBe(
    'The token was not renewed: no answer came, see `cause`. ' +
      'The session is kept; try again later. A part of tokenflight did not load.',
  )
  expect(error.cause).toBe(offline)
  expect([await code(), await code(), load.mock.calls.length]).toEqual(['loaded', 'loaded', 3])
})
