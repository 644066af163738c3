/** Behaviour 14: an app's own sign for "the token was refused". */
import type { AxiosError } from 'axios'
import { attachSession, type IsUnauthorized } from 'tokenflight/axios'
import { failOnLeaks } from '../support/no-leaks.js'
import { rejectionOf, ScriptedApi, type ApiReply } from '../support/scripted-api.js'
import { tokens, watchSessions } from '../support/watched-sessions.js'

const leaks = failOnLeaks()
const { open, listen } = watchSessions()

/** An API that answers dead tokens its own way. */
async function signedIn(refusal: ApiReply, isUnauthorized: IsUnauthorized) {
  const api = new ScriptedApi(({ authorization }) =>
    authorization === 'Bearer new' ? { body: { code: 'OK' } } : refusal,
  )
  const refresh = jest.fn(async () => tokens('new'))
  const session = open({ refresh })
  const instance = api.create()
  attachSession(instance, session, { isUnauthorized })
  await session.login(tokens('old'))
  return { api, instance, session, refresh }
}

const codeInBody: IsUnauthorized = async (answer) =>
  ((await answer.json()) as { code?: string }).code === 'TOKEN_DEAD'

it('a 419 renews and is replayed (14)', async () => {
  const { api, instance, refresh } = await signedIn({ status: 419 }, ({ status }) => status === 419)
  expect((await instance.get('/me')).status).toBe(200)
  expect(api.authorizations).toEqual(['Bearer old', 'Bearer new'])
  expect(refresh).toHaveBeenCalledTimes(1)
})

it('a code in the body of a 200 renews and is replayed, read asynchronously (14)', async () => {
  const { api, instance, refresh } = await signedIn({ body: { code: 'TOKEN_DEAD' } }, codeInBody)
  expect((await instance.get('/me')).data).toEqual({ code: 'OK' })
  expect(api.authorizations).toEqual(['Bearer old', 'Bearer new'])
  expect(refresh).toHaveBeenCalledTimes(1)
})

it('an answer whose body was looked at still reaches the caller with its body (14)', async () => {
  const { api, instance, refresh } = await signedIn({ body: { code: 'FINE', list: [1] } }, codeInBody)
  expect((await instance.get('/me')).data).toEqual({ code: 'FINE', list: [1] })
  expect(api.sent).toHaveLength(1)
  expect(refresh).not.toHaveBeenCalled()
})

it('it is shown status, headers and the parsed body of each answer, and of a replay nothing (14)', async () => {
  const seen: unknown[] = []
  const { instance } = await signedIn(
    { status: 419, headers: { 'x-why': 'dead' }, body: { a: 1 } },
    async (answer) => {
      const headers = answer.headers as { get(name: string): string }
      seen.push([answer.status, headers.get('x-why'), await answer.json()])
      return answer.status === 419
    },
  )
  await instance.get('/me')
  expect(seen).toEqual([[419, 'dead', { a: 1 }]])
})

it('it takes the place of the status: a 401 that it does not know goes to the caller (14)', async () => {
  const { api, instance, refresh } = await signedIn({ status: 401 }, ({ status }) => status === 419)
  const error = await rejectionOf<AxiosError>(instance.get('/me'))
  expect(error.response?.status).toBe(401)
  expect(api.sent).toHaveLength(1)
  expect(refresh).not.toHaveBeenCalled()
})

it('the second answer with the sign goes to the caller as it came (14)', async () => {
  const { api, instance, refresh } = await signedIn({ body: { code: 'TOKEN_DEAD' } }, codeInBody)
  refresh.mockResolvedValue(tokens('dead-too'))
  expect((await instance.get('/me')).data).toEqual({ code: 'TOKEN_DEAD' })
  expect(api.sent).toHaveLength(2)
  expect(refresh).toHaveBeenCalledTimes(1)
})

it('it is not asked about requests that the session leaves alone (14)', async () => {
  const isUnauthorized = jest.fn(() => true)
  const { instance, refresh } = await signedIn({ status: 419 }, isUnauthorized)
  await rejectionOf(instance.get('/me', { skipSession: true }))
  await rejectionOf(instance.get('https://elsewhere.test/me'))
  expect(isUnauthorized).not.toHaveBeenCalled()
  expect(refresh).not.toHaveBeenCalled()
})

describe('one that fails is reported once, and the status decides', () => {
  const failing: readonly (readonly [string, IsUnauthorized])[] = [
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['reads a body that is no JSON', async (answer) => Boolean(await answer.json())],
  ]

  it.each(failing)('where it %s: a 401 renews (14)', async (_, isUnauthorized) => {
    const { instance, session, refresh } = await signedIn(
      { status: 401, body: '<h1>no</h1>' },
      isUnauthorized,
    )
    const events = listen(session)
    expect((await instance.get('/me')).status).toBe(200)
    expect(refresh).toHaveBeenCalledTimes(1)
    expect(events.filter(({ type }) => type === 'problem')).toEqual([
      expect.objectContaining({ message: expect.stringContaining('isUnauthorized') }),
    ])
  })

  it.each(failing)('where it %s: a 500 goes to the caller (14)', async (_, isUnauthorized) => {
    const { instance, refresh } = await signedIn({ status: 500, body: '<h1>no</h1>' }, isUnauthorized)
    leaks.expectConsoleError('isUnauthorized')
    const error = await rejectionOf<AxiosError>(instance.get('/me'))
    expect(error.response?.status).toBe(500)
    expect(refresh).not.toHaveBeenCalled()
  })
})
