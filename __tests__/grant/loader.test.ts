import { loader } from '../../src/grant/loader.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { rejectionOf } from '../support/outcome.js'

failOnLeaks()

const offline = new TypeError('Failed to fetch dynamically imported module')

it('code that does not load is told as a network failure, definite and with its cause (25)', async () => {
  const code = loader(() => Promise.reject(offline))
  const error = await rejectionOf(code())
  expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', reason: 'network', ambiguous: false })
  expect(error.message).toBe(
    'The token was not renewed: the token endpoint could not be reached. ' +
      'The session is kept; try again later. A part of tokenflight did not load.',
  )
  expect(error.cause).toBe(offline)
})

it('it is asked for before it is needed, again with each call that finds it missing, and never once it is there', async () => {
  const load = jest
    .fn(async () => 'loaded')
    .mockRejectedValueOnce(offline)
    .mockRejectedValueOnce(offline)
  const code = loader(load)
  expect(load).toHaveBeenCalledTimes(1)
  await rejectionOf(code())
  expect(await code()).toBe('loaded')
  expect(await code()).toBe('loaded')
  expect(load).toHaveBeenCalledTimes(3)
})
