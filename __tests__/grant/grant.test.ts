import { LoginRequiredError } from '../../src/errors.js'
import { createAcquire, createGrant, type GrantSettings } from '../../src/grant/grant.js'
import type { Acquire, RefreshContext, RefreshFunction } from '../../src/grant/grant-options.js'
import { deferred } from '../support/deferred.js'
import { failOnLeaks } from '../support/no-leaks.js'

failOnLeaks()

const current = { accessToken: 'old-access', refreshToken: 'old-refresh', subject: 'ann', scope: 'read' }
const context: RefreshContext = { signal: new AbortController().signal, reason: 'expired' }
const header: GrantSettings = { now: () => 1000, accessTokenIn: 'header' }
const cookie: GrantSettings = { ...header, accessTokenIn: 'cookie' }
const granted = { access_token: 'new-access', refresh_token: 'new-refresh', expires_in: 60 }

function run(refresh: unknown, settings = header): ReturnType<ReturnType<typeof createGrant>> {
  return createGrant(refresh as RefreshFunction, settings)(current, context)
}

describe('a refresh function', () => {
  it('gets the current tokens, the signal and the reason', async () => {
    const refresh = jest.fn().mockResolvedValue(granted)
    await run(refresh)
    expect(refresh.mock.calls).toEqual([[current, context]])
  })

  it.each<[string, unknown]>([
    ['OAuth’s answer', granted],
    ['a token set', { accessToken: 'new-access', refreshToken: 'new-refresh', expiresAt: 61_000 }],
  ])('may resolve with %s, and what it leaves out is kept (23)', async (_, answer) => {
    const tokens = {
      accessToken: 'new-access',
      refreshToken: 'new-refresh',
      expiresAt: 61_000,
      subject: 'ann',
      scope: 'read',
    }
    expect(await run(async () => answer)).toMatchObject({ type: 'granted', tokens })
  })

  it('may give its answer at once instead of a promise (9)', async () => {
    expect(await run(() => granted)).toMatchObject({ type: 'granted' })
  })

  it('that throws synchronously gives a verdict and no exception (9)', async () => {
    const pending = run(() => {
      throw new Error('a bug')
    })
    expect(await pending).toMatchObject({
      type: 'unavailable',
      error: { reason: 'network', cause: { message: 'a bug' } },
    })
  })

  it.each<[unknown]>([
    [undefined],
    [null],
    [0],
    ['token'],
    [[]],
    [{}],
    [{ data: granted }],
    [Symbol('x')],
    [() => granted],
  ])('that resolves with %p is malformed, and no status is made up (9, 23)', async (junk) => {
    const error = { reason: 'malformed', ambiguous: true, status: undefined }
    expect(await run(async () => junk)).toMatchObject({ type: 'unavailable', error })
  })

  it('that resolves with an object whose members throw gives a verdict (9)', async () => {
    const hostile = {
      get access_token(): string {
        throw new Error('trap')
      },
    }
    expect(await run(() => hostile)).toMatchObject({ type: 'unavailable' })
  })

  it('that resolves with an error member has failed (23)', async () => {
    expect(await run(async () => ({ ...granted, error: 'invalid_grant' }))).toMatchObject({ type: 'refused' })
  })

  it('that throws LoginRequiredError ends the session (26)', async () => {
    const error = new LoginRequiredError('refused')
    expect(await run(() => Promise.reject(error))).toEqual({ type: 'refused', error })
  })

  it('counts expires_in from before it was called, and a lifetime of the refresh token too (31)', async () => {
    let now = 1000
    const settings = { ...header, now: () => now, refreshTokenLifetimeMs: 500 }
    const answer = deferred<object>()
    const pending = run(() => answer.promise, settings)
    now = 9000
    answer.resolve(granted)
    expect(await pending).toMatchObject({ tokens: { expiresAt: 61_000, refreshTokenExpiresAt: 1500 } })
  })

  it('that never settles keeps nobody else from asking (9)', async () => {
    const grant = createGrant(
      jest
        .fn()
        .mockReturnValueOnce(new Promise(() => {}))
        .mockResolvedValue(granted),
      header,
    )
    void grant(current, context)
    expect(await grant(current, context)).toMatchObject({ type: 'granted' })
  })

  it('is asked through isSessionOver with what it resolved with or threw (24)', async () => {
    const isSessionOver: GrantSettings['isSessionOver'] = ({ body }) =>
      (body as { code?: string }).code === 'GONE'
    const settings = { ...header, isSessionOver }
    expect(await run(async () => ({ code: 'GONE' }), settings)).toMatchObject({ type: 'refused' })
    const error = Object.assign(new Error('x'), { status: 422, data: { code: 'GONE' } })
    expect(await run(() => Promise.reject(error), settings)).toMatchObject({ type: 'refused' })
  })
})

describe('a refresh function where the access token is a cookie', () => {
  it.each<[unknown]>([[undefined], [null], [{}], [{ ok: true }], [{ expires_in: 60 }]])(
    'may resolve with %p (23)',
    async (answer) => {
      expect(await run(async () => answer, cookie)).toMatchObject({
        type: 'granted',
        tokens: { refreshToken: 'old-refresh' },
      })
    },
  )

  it('and that resolves with a Response is judged by its status and body', async () => {
    const answers: [Response, string][] = [
      [new Response(null, { status: 204 }), 'granted'],
      [Response.json({ ok: true }), 'granted'],
      [new Response('', { status: 401 }), 'refused'],
      [Response.json({ error: 'invalid_grant' }, { status: 400 }), 'refused'],
      [new Response('', { status: 503, headers: { 'retry-after': '1' } }), 'unavailable'],
    ]
    for (const [response, type] of answers)
      expect(await run(async () => response, cookie)).toMatchObject({ type })
  })
})

describe('acquire (30)', () => {
  const acquire = (answer: unknown, settings = header): ReturnType<ReturnType<typeof createAcquire>> =>
    createAcquire((() => answer) as Acquire, settings)(context)

  it('gets signal and reason, and its answer is judged as a grant’s', async () => {
    const asked = jest.fn().mockResolvedValue(granted)
    expect(await createAcquire(asked, header)(context)).toMatchObject({
      type: 'granted',
      tokens: { accessToken: 'new-access' },
    })
    expect(asked.mock.calls).toEqual([[context]])
    expect(await acquire(undefined)).toMatchObject({ type: 'unavailable', error: { reason: 'malformed' } })
    expect(await acquire(undefined, cookie)).toMatchObject({ type: 'granted' })
    expect(await acquire(Promise.reject(new LoginRequiredError('refused')))).toMatchObject({
      type: 'refused',
    })
    expect(await acquire(Promise.reject(new Error('x')))).toMatchObject({ type: 'unavailable' })
  })

  it('may take minutes: expires_in counts from its answer, for a sign-in dialog may have been open', async () => {
    let now = 0
    const answer = deferred<object>()
    const pending = createAcquire(() => answer.promise, { ...header, now: () => now })(context)
    now = 300_000
    answer.resolve(granted)
    expect(await pending).toMatchObject({ tokens: { expiresAt: 360_000 } })
  })
})
