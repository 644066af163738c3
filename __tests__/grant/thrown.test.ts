import { inspect } from 'node:util'
import { AxiosError, AxiosHeaders, type InternalAxiosRequestConfig } from 'axios'
import {
  LoginRequiredError,
  RefreshConfigurationError,
  RefreshUnavailableError,
  SessionChangedError,
  type SessionError,
} from '../../src/errors.js'
import { answerIn, judge as judgeAnswer, type JudgeContext, type Verdict } from '../../src/grant/answer.js'
import { createGrant } from '../../src/grant/grant.js'

const context: JudgeContext = {
  sentAt: 0,
  receivedAt: 0,
  accessTokenExpected: true,
  previous: { accessToken: 'canary-access', refreshToken: 'canary-refresh' },
}

function judge(error: unknown, more: Partial<JudgeContext> = {}): Verdict & { error?: SessionError } {
  return judgeAnswer(answerIn(error), { ...context, ...more })
}

function axiosError(status: number, data: unknown, headers: Record<string, string> = {}): AxiosError {
  const config: InternalAxiosRequestConfig = {
    headers: new AxiosHeaders(),
    data: 'refresh_token=canary-refresh',
  }
  const response = { status, data, headers, config, statusText: '', request: {} }
  return new AxiosError(`Request failed with status code ${status}`, 'ERR_BAD_REQUEST', config, {}, response)
}

/** Everything that a log could show of an error. */
function shown(error: unknown): string {
  const seen: unknown[] = []
  const nested = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.includes(value)) return
    seen.push(value)
    for (const key of Reflect.ownKeys(value)) nested((value as Record<PropertyKey, unknown>)[key])
  }
  nested(error)
  return [
    inspect(error, { showHidden: true, depth: null }),
    ...seen.map((one) => `${JSON.stringify(one)} ${String(one)}`),
  ].join()
}

describe('an error of ours', () => {
  it.each([
    ['refused', new LoginRequiredError('refused')],
    ['unavailable', new RefreshUnavailableError('vault')],
    ['misconfigured', new RefreshConfigurationError('Set it.')],
  ])('counts as it is: %s', (type, error) => {
    expect(judge(error)).toEqual({ type, error })
    expect(judge(error).error).toBe(error)
    expect(judge(new AxiosError('through axios', 'ERR_X', undefined, undefined, undefined)).type).toBe(
      'unavailable',
    )
    expect(judge(Object.assign(axiosError(500, {}), { cause: error })).error).toBe(error)
  })

  it('is found by its code, so that another copy of the package counts too', () => {
    expect(judge(Object.assign(new Error('copy'), { code: 'ERR_LOGIN_REQUIRED' })).type).toBe('refused')
  })

  it('loses the request that the app put into its cause (36)', () => {
    const cause = Object.assign(axiosError(400, {}), { message: 'canary-refresh is spent' })
    const { error } = judge(new LoginRequiredError('refused', { cause }))
    expect(shown(error)).not.toContain('canary')
    expect(error?.cause).toMatchObject({
      name: 'AxiosError',
      message: '[redacted] is spent',
      code: 'ERR_BAD_REQUEST',
    })
  })

  it('that has no cause is given none', () => {
    expect(Object.keys(judge(new LoginRequiredError('no_session')).error ?? {})).not.toContain('cause')
    expect(judge(new RefreshUnavailableError('vault')).error).not.toHaveProperty('cause')
  })

  it('that says nothing of the grant is one like any other', () => {
    expect(judge(new SessionChangedError())).toMatchObject({
      type: 'unavailable',
      error: { reason: 'network' },
    })
  })
})

describe('an error with an answer in it is judged as that answer (26)', () => {
  const status = (value: number, members: object = {}): object =>
    Object.assign(new Error('failed'), { status: value, ...members })

  it.each<[string, unknown, string]>([
    ['AxiosError 400 invalid_grant', axiosError(400, { error: 'invalid_grant' }), 'refused'],
    ['AxiosError 401', axiosError(401, ''), 'refused'],
    ['AxiosError 403', axiosError(403, {}), 'misconfigured'],
    ['AxiosError 429', axiosError(429, {}), 'unavailable'],
    ['AxiosError 400 with JSON as text', axiosError(400, '{"error":"invalid_grant"}'), 'refused'],
    ['status 401', status(401), 'refused'],
    ['status and body', status(400, { body: { error: 'invalid_grant' } }), 'refused'],
    ['status and a body of text', status(400, { body: '{"error":"invalid_client"}' }), 'misconfigured'],
    ['status and data', status(500, { data: { error: 'invalid_grant' } }), 'refused'],
    ['status and the members of the answer', status(400, { error: 'invalid_grant' }), 'refused'],
    [
      'the members of the answer alone',
      Object.assign(new Error('x'), { error: 'login_required' }),
      'refused',
    ],
    ['a plain object', { response: { status: 401 } }, 'refused'],
    ['status 0', status(0), 'unavailable'],
    ['a status that is a string', { status: '401' }, 'unavailable'],
    ['status 0 beside a response of 401', status(0, { response: { status: 401 } }), 'refused'],
  ])('%s', (_, error, type) => {
    expect(judge(error).type).toBe(type)
  })

  it('with Retry-After in its headers (25)', () => {
    const { error } = judge(axiosError(503, {}, { 'Retry-After': '7' }))
    expect(error).toMatchObject({ reason: 'server', ambiguous: false, status: 503, retryAfterMs: 7000 })
  })

  it('but is never new tokens, whatever its body holds', () => {
    const { error } = judge(axiosError(200, { access_token: 'x' }))
    expect(error).toMatchObject({ reason: 'malformed', ambiguous: true })
    expect(error?.message).toBe(
      'The token was not renewed: what came is no token response (HTTP 200). ' +
        'The session is kept; try again later.',
    )
    expect(judge(axiosError(204, ''), { accessTokenExpected: false }).type).toBe('unavailable')
  })

  it('asks isSessionOver with status and body', () => {
    const isSessionOver: JudgeContext['isSessionOver'] = ({ status, body }) =>
      status === 422 && (body as { code: string }).code === 'GONE'
    expect(judge(axiosError(422, { code: 'GONE' }), { isSessionOver }).type).toBe('refused')
    expect(judge(new TypeError('fetch failed'), { isSessionOver: () => true }).type).toBe('unavailable')
  })
})

describe('any other error', () => {
  it.each<[unknown]>([
    [new TypeError('fetch failed')],
    ['a string'],
    [undefined],
    [null],
    [7],
    [Symbol('x')],
    [() => 1],
  ])('%p is the network’s, and ambiguous (25)', (error) => {
    expect(judge(error)).toMatchObject({ type: 'unavailable', error: { reason: 'network', ambiguous: true } })
  })

  it('whose own members throw is the network’s too', async () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap')
        },
        has: () => {
          throw new Error('trap')
        },
      },
    )
    const grant = createGrant(jest.fn().mockRejectedValue(hostile), {
      now: () => 0,
      accessTokenIn: 'header',
    })
    const { signal } = new AbortController()
    expect(await grant(undefined, { signal, reason: 'expired' })).toMatchObject({
      type: 'unavailable',
      error: { reason: 'network', ambiguous: true },
    })
  })
})

describe('the cause (36)', () => {
  it('keeps name, message, code and two causes below, and nothing else', () => {
    const deepest = new Error('four')
    const refused = Object.assign(
      new Error('connect ECONNREFUSED', { cause: new Error('three', { cause: deepest }) }),
      {
        code: 'ECONNREFUSED',
        address: '127.0.0.1',
      },
    )
    const { error } = judge(new TypeError('fetch failed', { cause: refused }))
    const cause = error?.cause as Error
    expect(cause).toMatchObject({ name: 'TypeError', message: 'fetch failed' })
    expect(cause.cause).toMatchObject({
      name: 'Error',
      message: 'connect ECONNREFUSED',
      code: 'ECONNREFUSED',
    })
    expect(cause.cause).not.toHaveProperty('address')
    expect(cause.cause).toMatchObject({ cause: { message: 'three' } })
    expect(shown(error)).not.toContain('four')
  })

  it('ends where causes go in a circle', () => {
    const circle = new Error('round')
    circle.cause = circle
    expect(judge(circle).error?.cause).toMatchObject({ message: 'round' })
  })

  it('of an AxiosError holds neither its request nor its answer', () => {
    const text = shown(judge(axiosError(500, { refresh_token: 'canary-new' })).error)
    expect(text).toContain('Request failed with status code 500')
    expect(text).not.toContain('canary')
  })

  it.each<[string, unknown]>([
    ['in a message', new Error('POST /token?refresh_token=canary-refresh failed for canary-access')],
    ['in a name', Object.assign(new Error('x'), { name: 'canary-refresh' })],
    ['in a code', Object.assign(new Error('x'), { code: 'canary-refresh' })],
    ['in a nested cause', new Error('x', { cause: new Error('y', { cause: new Error('canary-access') }) })],
    ['in a thrown string', 'canary-access'],
    [
      'in other members',
      Object.assign(new Error('x'), { config: { data: 'canary-new' }, request: { body: 'canary-new' } }),
    ],
    ['in a stack', Object.assign(new Error('x'), { stack: 'canary-new' })],
    ['quoted by JSON.parse', jsonError('canary-new')],
    ['quoted by fetch', headersError('canary-new\n1')],
  ])('has no token in it that was %s', (_, error) => {
    const verdict = judge(error)
    expect(verdict).toMatchObject({ type: 'unavailable' })
    expect(shown(verdict.error)).not.toContain('canary')
  })

  it.each([
    ['Unexpected token "abc" in JSON', 'Unexpected token "…" in JSON'],
    ['Unterminated string "abc\ndef', 'Unterminated string "…"'],
    ['no quote at all', 'no quote at all'],
  ])('is quoted without what it quotes: %p', (message, words) => {
    expect(judge(new Error(message)).error?.cause).toMatchObject({ message: words })
  })

  it('that was no error is one: its name says so, and it has no code', () => {
    const { cause } = judge('a string').error ?? {}
    expect(cause).toMatchObject({ name: 'Error', message: 'a string' })
    expect(cause).not.toHaveProperty('code')
  })

  it.each(['half \ud800 a pair', '\udfff'])('has no token %p in it, nor in a URL', (refreshToken) => {
    const url = new URL('https://auth.example.com/')
    url.search = `t=${refreshToken}`
    const { error } = judge(new Error(`${url.href} failed`), { previous: { refreshToken } })
    expect(error?.cause).toMatchObject({ message: 'https://auth.example.com/?t=[redacted] failed' })
  })

  it('is cut where it is endless', () => {
    expect((judge(new Error('x'.repeat(10_000))).error?.cause as Error).message).toHaveLength(300)
  })
})

function jsonError(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    return error
  }
}

function headersError(value: string): unknown {
  try {
    return new Headers({ 'x-csrf': value })
  } catch (error) {
    return error
  }
}
