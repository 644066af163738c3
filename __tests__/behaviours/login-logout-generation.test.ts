/** Behaviour 28: login and logout begin a new generation at once, and nothing of the old one goes out as the next user. */
import axios, { AxiosError } from 'axios'
import { attachSession, isSessionChanged, SessionChangedError, type Session } from 'tokenflight/axios'
import { deferred } from '../support/deferred.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { apiThatAccepts, rejectionOf, ScriptedApi, settled } from '../support/scripted-api.js'
import { stopClock, tokens, watchSessions } from '../support/watched-sessions.js'

failOnLeaks()
stopClock()
const { open, listen } = watchSessions()

async function signedIn(api: ScriptedApi = apiThatAccepts('old', 'new', 'next')) {
  const granted = deferred<ReturnType<typeof tokens>>()
  const refresh = jest.fn(() => granted.promise)
  const session = open({ refresh })
  const instance = api.create()
  attachSession(instance, session)
  await session.login(tokens('old'))
  return {
    api,
    instance,
    session,
    refresh,
    granted,
    expire: () => jest.setSystemTime(Date.now() + 3_600_000),
  }
}

const changes: readonly (readonly [string, (session: Session) => Promise<void>])[] = [
  ['login', (session) => session.login(tokens('next'))],
  ['logout', (session) => session.logout()],
]

describe.each(changes)('%s', (name, change) => {
  it('bumps the generation before it returns (28)', async () => {
    const { session } = await signedIn()
    const { generation } = session.getSnapshot()
    const done = change(session)
    expect(session.getSnapshot()).toMatchObject({
      generation: generation + 1,
      status: name === 'login' ? 'active' : 'signedOut',
      held: 0,
    })
    await done
    expect(session.getSnapshot().generation).toBe(generation + 1)
  })

  it('rejects what is held with SessionChangedError, on axios as a cancelled request (28)', async () => {
    const { api, instance, session, granted, expire } = await signedIn()
    expire()
    const held = rejectionOf<AxiosError>(instance.get('/mine'))
    await settled()
    expect(session.getSnapshot().held).toBe(1)
    const done = change(session)
    expect(session.getSnapshot().held).toBe(0)
    const error = await held
    expect(axios.isCancel(error)).toBe(true)
    expect(axios.isAxiosError(error)).toBe(true)
    expect(error).toMatchObject({ code: AxiosError.ERR_CANCELED, config: { url: '/mine' } })
    expect(error.cause).toBeInstanceOf(SessionChangedError)
    expect(isSessionChanged(error)).toBe(true)
    granted.resolve(tokens('new'))
    await done
    await settled()
    expect(api.sent).toEqual([])
  })

  it('rejects what is held with its 401 the same way; it is not sent again (28)', async () => {
    const { api, instance, session, granted } = await signedIn(apiThatAccepts('new', 'next'))
    const held = rejectionOf<AxiosError>(instance.get('/mine'))
    await settled()
    expect(api.sent).toHaveLength(1)
    await change(session)
    const error = await held
    expect(axios.isCancel(error)).toBe(true)
    expect(error.cause).toBeInstanceOf(SessionChangedError)
    granted.resolve(tokens('new'))
    await settled()
    expect(api.sent).toHaveLength(1)
  })

  it('rejects getAccessToken and refresh() that wait (28)', async () => {
    const { session, expire } = await signedIn()
    expire()
    const waiting = [session.getAccessToken(), session.refresh()].map((promise) => rejectionOf(promise))
    await settled()
    await change(session)
    for (const error of await Promise.all(waiting)) expect(error).toBeInstanceOf(SessionChangedError)
  })

  it('in the middle of a release: those behind are not sent as the next user (28)', async () => {
    const { api, instance, session, granted, expire } = await signedIn()
    expire()
    let done: Promise<void> | undefined
    const script = api.script
    api.script = (sent) => {
      if (sent.url === '/first') done = change(session)
      return script(sent)
    }
    const requests = ['/first', '/second', '/third'].map((url) =>
      instance.get(url).then(
        ({ status }) => status,
        (error: unknown) => isSessionChanged(error) && axios.isCancel(error),
      ),
    )
    await settled()
    granted.resolve(tokens('new'))
    expect(await Promise.all(requests)).toEqual([200, true, true])
    expect(api.sent.map(({ url }) => url)).toEqual(['/first'])
    await done
  })

  it('is told by an event and to subscribers, with the new generation (28)', async () => {
    const { session } = await signedIn()
    const events = listen(session)
    const generations: number[] = []
    session.subscribe(() => generations.push(session.getSnapshot().generation))
    await change(session)
    const { generation } = session.getSnapshot()
    expect(events).toEqual([{ type: name, generation }])
    expect(generations[0]).toBe(generation)
  })
})

it('a request after the login goes out with its token at once, though the old grant is still out (28)', async () => {
  const { api, instance, session, granted, expire } = await signedIn()
  expire()
  const held = rejectionOf(instance.get('/old-user'))
  await settled()
  void session.login(tokens('next'))
  expect((await instance.get('/next-user')).status).toBe(200)
  await held
  granted.resolve(tokens('new'))
  await settled()
  expect(api.sent.map(({ url, authorization }) => `${url} ${authorization}`)).toEqual([
    '/next-user Bearer next',
  ])
  expect(await session.getAccessToken()).toBe('next')
})

it('a request after the logout goes out bare (28)', async () => {
  const { api, instance, session } = await signedIn(new ScriptedApi(() => ({})))
  void session.logout()
  await instance.get('/public')
  expect(api.authorizations).toEqual([undefined])
})

it('a request on its way at the login is answered to its caller; only what is held is rejected (28)', async () => {
  const answered = deferred()
  const api = new ScriptedApi(async () => {
    await answered.promise
    return {}
  })
  const { instance, session } = await signedIn(api)
  const request = instance.get('/me')
  await settled()
  await session.login(tokens('next'))
  answered.resolve()
  expect((await request).status).toBe(200)
  expect(api.authorizations).toEqual(['Bearer old'])
})

describe('a login with junk rejects with a TypeError, and the session before it goes on', () => {
  const junk: readonly (readonly [string, unknown])[] = [
    ['nothing, though no token is a cookie', undefined],
    ['null', null],
    ['a number', 42],
    ['a string', 'secret-token'],
    ['an array', [tokens('next')]],
    ['an empty object', {}],
    ['an empty access token', { access_token: '' }],
    ['an access token that is no string', { access_token: 5 }],
    ['a token that no header can hold', { accessToken: 'secret-token\r\nx: y' }],
    ['a refresh token that is no string', { access_token: 'next', refresh_token: 5 }],
    ['an OAuth error', { error: 'invalid_grant' }],
  ]

  it.each(junk)('%s (28)', async (_, given) => {
    const { api, instance, session, granted, expire } = await signedIn()
    const events = listen(session)
    const { generation } = session.getSnapshot()
    expire()
    const held = instance.get('/mine')
    await settled()
    const error = await rejectionOf<Error>(session.login(given as never))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(/^Expected .*, got /)
    expect(error.message).not.toContain('secret-token')
    expect(session.getSnapshot()).toMatchObject({ generation, status: 'refreshing', held: 1 })
    expect(events.map(({ type }) => type)).not.toContain('login')
    granted.resolve(tokens('new'))
    await held
    expect(api.authorizations).toEqual(['Bearer new'])
  })
})
