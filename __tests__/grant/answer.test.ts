import { parse } from 'node:querystring'
import fc from 'fast-check'
import type { LoginRequiredError, RefreshUnavailableError } from '../../src/errors.js'
import { RefreshConfigurationError } from '../../src/errors.js'
import {
  answerIn,
  judge as judgeAnswer,
  type JudgeContext,
  type ReceivedAnswer,
  type Verdict,
} from '../../src/grant/answer.js'

const now = Date.UTC(2030, 0, 1)
const context: JudgeContext = {
  sentAt: now - 1000,
  receivedAt: now,
  accessTokenExpected: true,
  previous: { accessToken: 'current-access', refreshToken: 'current-refresh' },
  clientSecret: 'client secret/1',
}
const good = { access_token: 'new-access', expires_in: 60 }

function judge(answer: Partial<ReceivedAnswer>, more: Partial<JudgeContext> = {}): Verdict {
  return judgeAnswer({ status: 200, body: undefined, headers: {}, ...answer }, { ...context, ...more })
}

/** A verdict in one line, for tables. */
function inShort(verdict: Verdict): string {
  if (verdict.type !== 'unavailable') return verdict.type
  return `${verdict.error.ambiguous ? 'ambiguous' : 'definite'} ${verdict.error.reason}`
}

function errorOf(verdict: Verdict): LoginRequiredError | RefreshUnavailableError | RefreshConfigurationError {
  if (verdict.type === 'granted') throw new Error('Expected a failure, got a grant')
  return verdict.error
}

const byCode: [code: string, meaning: string][] = [
  ['invalid_grant', 'refused'],
  ['interaction_required', 'refused'],
  ['login_required', 'refused'],
  ['consent_required', 'refused'],
  ['temporarily_unavailable', 'definite server'],
  ['slow_down', 'definite server'],
  ['server_error', 'ambiguous server'],
  ['invalid_client', 'misconfigured'],
  ['unauthorized_client', 'misconfigured'],
  ['unsupported_grant_type', 'misconfigured'],
  ['invalid_scope', 'misconfigured'],
  ['invalid_target', 'misconfigured'],
  ['invalid_request', 'misconfigured'],
]

test.each(byCode)('%s means the same where the tokens are single letters: %s (24, 36)', (code, meaning) => {
  const previous = { accessToken: 'a', refreshToken: 'r', idToken: 'i' }
  expect(inShort(judge({ status: 400, body: { error: code } }, { previous }))).toBe(meaning)
})

const byStatus: [status: number, meaning: string][] = [
  [401, 'refused'],
  ...[408, 425, 429, 503].map((status): [number, string] => [status, 'definite server']),
  ...[500, 501, 502, 504, 505, 520, 599].map((status): [number, string] => [status, 'ambiguous server']),
  ...[0, 300, 301, 302, 303, 304, 307, 308].map((status): [number, string] => [status, 'misconfigured']),
  ...[400, 402, 403, 404, 405, 409, 410, 415, 418, 419, 422, 451].map((status): [number, string] => [
    status,
    'misconfigured',
  ]),
]

describe('a known OAuth code', () => {
  const statuses = [200, 201, 302, 400, 401, 403, 429, 500, 503]
  const cases = byCode.flatMap(([code, meaning]) =>
    statuses.map((status) => [code, status, meaning] as const),
  )
  it.each(cases)('%s with HTTP %i is %s, whatever the status says (24, 25, 26)', (error, status, meaning) => {
    expect(inShort(judge({ status, body: { error } }))).toBe(meaning)
  })

  it('counts in a 2xx even beside a token (23)', () => {
    expect(inShort(judge({ body: { ...good, error: 'invalid_grant' } }))).toBe('refused')
  })

  it.each(byCode.filter(([, meaning]) => meaning === 'misconfigured').map(([code]) => [code]))(
    '%s comes with an advice that names an option or the server (26)',
    (error) => {
      expect(errorOf(judge({ status: 400, body: { error } })).message).toMatch(
        /Check `\w+`|Allow this client/,
      )
    },
  )
})

describe('an answer without a known code', () => {
  it.each(byStatus)('with HTTP %i is %s (24, 25, 26)', (status, meaning) => {
    for (const body of [
      undefined,
      '<html>',
      {},
      good,
      { error: 'Bad Request' },
      { error: { code: 'invalid_grant' } },
      { error: ['invalid_grant'] },
      { error: 401 },
    ]) {
      expect(inShort(judge({ status, body }))).toBe(meaning)
    }
  })

  it('with another error member in a 2xx is a refusal in the server’s own words (23, 26)', () => {
    const error = errorOf(
      judge({ body: { ...good, error: 'bad_refresh_token', error_description: 'It is old.' } }),
    )
    expect(error).toBeInstanceOf(RefreshConfigurationError)
    expect(error).toMatchObject({
      oauth: { error: 'bad_refresh_token', errorDescription: 'It is old.' },
      status: 200,
    })
    expect(error.message).toContain('`isSessionOver`')
  })

  it.each([null, false, 0, ''])('with `error: %p` in a 2xx is a token response (23)', (error) => {
    expect(inShort(judge({ body: { ...good, error } }))).toBe('granted')
  })

  it('with a code that is a name of Object.prototype is judged by its status', () => {
    for (const error of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      expect(inShort(judge({ status: 429, body: { error } }))).toBe('definite server')
    }
  })

  it.each([1200, 2000, 1401, 4010, 1503, 5030])(
    'with the status %i, which is none of HTTP’s, is neither tokens nor a refusal nor an outage (26)',
    (status) => {
      expect(inShort(judge({ status, body: good }))).toBe('misconfigured')
    },
  )

  const known = [...byCode, ...byStatus].map(([sign]) => `${sign}`)
  const inOthers = [...known, 'NaN'].flatMap((sign) =>
    // What a client or its grant type may not do has many names that end so.
    /_(client|grant_type)$/.test(sign) ? [`${sign}x`] : [`x${sign}`, `${sign}x`],
  )
  it.each(inOthers)('has none in %s, which only holds one: the status decides (24, 25)', (error) => {
    expect(inShort(judge({ status: 401, body: { error } }))).toBe('refused')
    expect(inShort(judge({ status: 503, body: { error } }))).toBe('definite server')
  })

  it.each([403, 404, 422])(
    'with HTTP %i names isSessionOver, and a redirect names tokenEndpoint (26)',
    (status) => {
      expect(errorOf(judge({ status })).message).toContain('`isSessionOver`')
      expect(errorOf(judge({ status: 307 })).message).toContain('set `tokenEndpoint`')
      expect(errorOf(judge({ status: 0 })).message).toContain('set `tokenEndpoint`')
    },
  )
})

describe('isSessionOver', () => {
  it.each([0, 200, 302, 403, 422, 503])(
    'ends the session on HTTP %i before anything else is looked at (24)',
    (status) => {
      const seen: unknown[] = []
      const isSessionOver: JudgeContext['isSessionOver'] = (answer) => seen.push(answer) > 0
      expect(inShort(judge({ status, body: { error: 'invalid_client' } }, { isSessionOver }))).toBe('refused')
      expect(seen).toEqual([{ status, body: { error: 'invalid_client' } }])
    },
  )

  it('that answers with anything but true says no', () => {
    const promising = (() => Promise.resolve(false)) as unknown as () => boolean
    for (const isSessionOver of [promising, () => false]) {
      expect(inShort(judge({ body: good }, { isSessionOver }))).toBe('granted')
    }
  })
})

describe('a 2xx', () => {
  it.each([200, 201, 202, 203, 299])('HTTP %i with a token is granted (23)', (status) => {
    expect(judge({ status, body: good })).toMatchObject({
      type: 'granted',
      tokens: { accessToken: 'new-access' },
    })
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['HTML', '<!doctype html><title>Sign in</title>'],
    ['an array', []],
    ['no access_token', { token: 'x' }],
    ['an empty access_token', { access_token: '' }],
    ['an access_token that is a number', { access_token: 12345 }],
    ['an access_token with a line break', { access_token: 'a\nb' }],
    ['a refresh_token that is an object', { ...good, refresh_token: {} }],
  ])('with %s is malformed, with a sentence that says so (23)', (_, body) => {
    const verdict = judge({ body })
    expect(inShort(verdict)).toBe('ambiguous malformed')
    expect(errorOf(verdict).message).toMatch(/Expected .*, got /)
    expect(errorOf(verdict)).toMatchObject({ status: 200 })
  })

  it('with a token of another type says so, and what to set (26)', () => {
    const error = errorOf(judge({ body: { ...good, token_type: 'DPoP' } }, { authScheme: 'Bearer' }))
    expect(error).toBeInstanceOf(RefreshConfigurationError)
    expect(error.message).toBe(
      'The token request is not set up right (HTTP 200). ' +
        'Expected `token_type` to be Bearer, or `authScheme` to be set, got DPoP.',
    )
  })

  it('without a refresh_token keeps the old one (23)', () => {
    const previous = { refreshToken: 'current-refresh' }
    expect(judge({ body: good }, { previous })).toMatchObject({ tokens: { refreshToken: 'current-refresh' } })
  })

  it('counts expires_in from when the grant was sent (31)', () => {
    expect(judge({ body: good })).toMatchObject({ tokens: { expiresAt: now - 1000 + 60_000 } })
  })

  it('is read by parseResponse, which gets the JSON or the text', () => {
    const parseResponse = (body: unknown) => ({ accessToken: (body as { data: { jwt: string } }).data.jwt })
    expect(judge({ body: { data: { jwt: 'nested' } } }, { parseResponse })).toMatchObject({
      tokens: { accessToken: 'nested' },
    })
    const fromText = (body: unknown) => ({ access_token: String(body) })
    expect(judge({ body: 'plain' }, { parseResponse: fromText })).toMatchObject({
      tokens: { accessToken: 'plain' },
    })
  })

  it('whose parseResponse throws or gives junk is malformed and quotes nothing of the body (23, 36)', () => {
    const throwing = (body: unknown) => {
      throw new Error(`Cannot read ${JSON.stringify(body)}`)
    }
    const thrown = errorOf(judge({ body: good }, { parseResponse: throwing }))
    expect(thrown).toMatchObject({ reason: 'malformed', ambiguous: true })
    expect(thrown.cause).toBeUndefined()
    expect(thrown.message).toContain('`parseResponse` threw')
    expect(thrown.message).not.toContain('new-access')
    expect(inShort(judge({ body: good }, { parseResponse: () => 7 as never }))).toBe('ambiguous malformed')
  })
})

describe('where the access token is a cookie, a 2xx', () => {
  const cookie = { accessTokenExpected: false }

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['{"ok":true}', { ok: true }],
    ['null', null],
    ['true', true],
    ['OK, as Express says it', 'OK'],
    ['an array', []],
    ['an object without a prototype', parse('ok=true')],
    ['a text with a bracket in it', 'We <3 you'],
  ])('with %s is granted (23)', (_, body) => {
    expect(inShort(judge({ status: 204, body }, cookie))).toBe('granted')
  })

  it('with a page of HTML, an error member or a bad token is not (23)', () => {
    expect(inShort(judge({ body: '<html>' }, cookie))).toBe('ambiguous malformed')
    expect(inShort(judge({ body: { error: 'login_required' } }, cookie))).toBe('refused')
    expect(inShort(judge({ body: { access_token: 7 } }, cookie))).toBe('ambiguous malformed')
  })

  it('keeps the expiry that it tells', () => {
    expect(judge({ body: { expires_in: '30' } }, cookie)).toMatchObject({
      tokens: { expiresAt: now + 29_000 },
    })
  })
})

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    [new Date(now + 5000).toUTCString(), 5000],
    [new Date(now - 5000).toUTCString(), 0],
    ['soon', undefined],
  ])('of %p is %p ms from receipt (25)', (value, retryAfterMs) => {
    for (const headers of [new Headers({ 'retry-after': value }), { 'Retry-After': value }]) {
      expect(errorOf(judge({ status: 503, headers }))).toMatchObject({
        retryAfterMs,
        ambiguous: false,
        status: 503,
      })
    }
  })
})

describe('what the server says', () => {
  it('is kept, without the session’s secrets in either spelling and cut to 300 characters (36)', () => {
    const body = {
      error: 'invalid_grant',
      error_description: `The token current-refresh of client%20secret%2F1 (client secret/1) is spent.${'.'.repeat(400)}`,
      error_uri: 'https://auth.example.com/help?t=current-access',
    }
    const { oauth } = errorOf(judge({ status: 400, body })) as LoginRequiredError
    expect(oauth?.errorDescription).toMatch(
      /^The token \[redacted\] of \[redacted\] \(\[redacted\]\) is spent\./,
    )
    expect(oauth?.errorDescription).toHaveLength(300)
    expect(oauth).toMatchObject({
      error: 'invalid_grant',
      errorUri: 'https://auth.example.com/help?t=[redacted]',
    })
  })

  it('is left out where it is no string', () => {
    const { oauth } = errorOf(
      judge({ status: 400, body: { error: 'invalid_grant', error_description: {} } }),
    ) as never
    expect(oauth).toEqual({ error: 'invalid_grant' })
    expect(errorOf(judge({ status: 400, body: { error: { code: 7 } } }))).toMatchObject({ oauth: undefined })
  })
})

it('any answer and any error get a verdict: judging never throws', () => {
  const status = fc.oneof(fc.integer({ min: -1, max: 1200 }), fc.constantFrom(NaN, 200, 400, 401, 503))
  const tokens = fc.record({
    access_token: fc.anything(),
    refresh_token: fc.anything(),
    error: fc.anything(),
  })
  const body = fc.oneof(fc.anything(), fc.jsonValue(), tokens)
  const headers = fc.oneof(
    fc.anything(),
    fc.dictionary(fc.constantFrom('retry-after', 'Retry-After'), fc.string()),
  )
  fc.assert(
    fc.property(status, body, headers, fc.boolean(), (status, body, headers, accessTokenExpected) => {
      const options = { ...context, accessTokenExpected }
      const types = ['granted', 'refused', 'unavailable', 'misconfigured']
      expect(types).toContain(judgeAnswer({ status, body, headers }, options).type)
      const errors: unknown[] = [
        body,
        { status, body, headers },
        { response: { status, data: body, headers } },
      ]
      for (const error of errors) expect(types.slice(1)).toContain(judgeAnswer(answerIn(error), options).type)
    }),
  )
})

it('a token response alone is granted, and nothing else carries its members', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (body) => {
      const isToken = judge({ body }).type === 'granted'
      expect(isToken).toBe(typeof (body as { access_token?: unknown } | null)?.access_token === 'string')
    }),
  )
})
