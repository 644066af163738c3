import fc from 'fast-check'
import { createSession, getChallenges, memoryStore } from 'tokenflight'
import { authorizationValue, isHeaderSafe } from '../../src/http/authorization.js'
import { parseChallenges, vetoOf } from '../../src/http/challenge.js'
import { readHeader } from '../../src/http/headers.js'
import { parseRetryAfter } from '../../src/http/retry-after.js'
import { anyObject, anyText, anyValue, countInputs, feed, runs, textOf } from './inputs.js'

countInputs('headers')

const challengeText = fc.oneof(
  textOf([
    'Bearer',
    'DPoP ',
    ' ',
    ',',
    '=',
    '"',
    '\\',
    '\\"',
    'error',
    '="',
    'a',
    'b==',
    '\t',
    ';',
    'realm = "',
    '€',
  ]),
  textOf([
    'Bearer error="',
    'insufficient_scope',
    '"',
    ', ',
    'scope="a b"',
    'Basic realm=',
    '\n',
    '__proto__="x"',
  ]),
  anyText,
)

describe('a challenge that nobody would send', () => {
  it('is read without a throw, into strings alone (13)', () => {
    fc.assert(
      fc.property(challengeText, (header) => {
        feed()
        const challenges = parseChallenges(header)
        for (const { scheme, parameters } of challenges) {
          expect(typeof scheme).toBe('string')
          expect(Object.getPrototypeOf(parameters)).toBeNull()
          expect(Object.values(parameters).every((value) => typeof value === 'string')).toBe(true)
        }
        vetoOf(challenges)
      }),
      runs(160),
    )
  })

  it('is read out of anything that an app may hold in its hands (13)', () => {
    const holders = fc.oneof(
      anyObject,
      fc.record({
        headers: fc.oneof(anyValue, fc.record({ 'WWW-Authenticate': fc.oneof(challengeText, anyValue) })),
      }),
      fc.record({
        response: fc.record({ headers: fc.array(fc.tuple(anyText, anyValue)) }),
        cause: anyObject,
      }),
    )
    fc.assert(
      fc.property(holders, (holder) => {
        feed()
        expect(Array.isArray(getChallenges(holder))).toBe(true)
        expect(['string', 'undefined']).toContain(typeof readHeader(holder, 'www-authenticate'))
      }),
      runs(60),
    )
  })
})

describe('a Retry-After that nobody would send', () => {
  const texts = fc.oneof(
    textOf(['1', '0', '9999999999', '-', '+', '.', 'e9', ' ', 'Infinity', 'NaN', '0x1', '\n', '٣']),
    textOf([
      'Sun, ',
      '06 ',
      'Nov',
      ' 1994 ',
      '08:49:37',
      ' GMT',
      'GMT',
      '-',
      '06-Nov-94',
      '99:99:99',
      ' ',
      ',',
    ]),
    anyText,
  )
  it('is a time from now on or nothing, and never beyond 2^31 seconds (25)', () => {
    fc.assert(
      fc.property(texts, fc.oneof(fc.integer(), fc.double()), (value, now) => {
        feed()
        const wait = parseRetryAfter(value, now)
        if (wait !== undefined) expect(wait >= 0 && !Number.isNaN(wait)).toBe(true)
        if (/^\s*\d+\s*$/.test(value)) expect(wait).toBeLessThanOrEqual(2 ** 31 * 1000)
      }),
      runs(130),
    )
  })
})

describe('a token that is no token', () => {
  const tokens = fc.oneof(
    textOf(['a', 'eyJ.', '.', '\r\n', 'X-Evil: 1', ' ', '\t', '\0', 'é', '=', '~', '\x7f', '\u2028', '"']),
    anyText,
  )
  it('never starts a header of its own: what goes out is exactly what was given (3)', () => {
    fc.assert(
      fc.property(tokens, fc.constantFrom('Bearer', 'DPoP', ''), (token, scheme) => {
        feed()
        if (!isHeaderSafe(token)) return
        const value = authorizationValue(scheme, token)
        // A real Headers refuses or trims what is not a field value.
        expect(new Headers({ authorization: value }).get('authorization')).toBe(value)
        expect(value).toBe(scheme ? `${scheme} ${token}` : token)
      }),
      runs(70),
    )
  })

  it('is refused by login, whatever it is, and the message does not hold it (3, 36)', async () => {
    const session = createSession({
      refresh: () => Promise.reject(new Error('unused')),
      store: memoryStore(),
    })
    await fc.assert(
      fc.asyncProperty(fc.oneof(tokens, anyValue), async (token) => {
        feed()
        const error = await session
          .login({ access_token: token as string })
          .catch((reason: unknown) => reason)
        const held = await session.getAccessToken()
        if (error === undefined) return expect(isHeaderSafe(token) ? held : token).toBe(token)
        expect(error).toBeInstanceOf(TypeError)
        if (typeof token === 'string' && token.length > 12)
          expect((error as Error).message.includes(token)).toBe(false)
      }),
      runs(40),
    )
    session.dispose()
  })
})
