import fc from 'fast-check'
import { readJwtClaims } from '../../src/http/jwt.js'

const base64url = (value: string | Uint8Array) => Buffer.from(value).toString('base64url')
const HEADER = base64url('{"alg":"RS256"}')
const jwt = (payload: string | Uint8Array) => `${HEADER}.${base64url(payload)}.c2ln`

describe('the claims of a JWT are read (31)', () => {
  test('numbers and strings come as they are', () => {
    expect(readJwtClaims(jwt('{"exp":1700000000,"iat":1699999700,"sub":"u1"}'))).toEqual({
      exp: 1_700_000_000,
      iat: 1_699_999_700,
      sub: 'u1',
    })
  })

  test('names beyond ASCII come as they were written', () => {
    expect(readJwtClaims(jwt('{"name":"Zoë 漢字 😀 %41"}'))).toEqual({ name: 'Zoë 漢字 😀 %41' })
  })

  test('both characters that base64url exchanges are understood', () => {
    const token = jwt('{"a":"~~~???>>>"}')
    expect(token).toMatch(/_/)
    expect(readJwtClaims(token)).toEqual({ a: '~~~???>>>' })
    const other = jwt('{"a":">>>>"}')
    expect(readJwtClaims(other)).toEqual({ a: '>>>>' })
  })

  test('white space before the object is no obstacle', () => {
    expect(readJwtClaims(jwt(' \n{"a":1}'))).toEqual({ a: 1 })
  })

  test('an unsecured JWT has an empty third part', () => {
    expect(readJwtClaims(`${HEADER}.${base64url('{}')}.`)).toEqual({})
  })

  test('a claim called __proto__ changes no prototype', () => {
    const claims = readJwtClaims(jwt('{"__proto__":{"exp":1}}'))
    expect(claims?.['exp']).toBeUndefined()
    expect(Object.getPrototypeOf(claims)).toBe(Object.prototype)
  })

  test('where there is no TextDecoder they are read all the same', () => {
    const { TextDecoder } = globalThis
    try {
      Reflect.deleteProperty(globalThis, 'TextDecoder')
      expect(readJwtClaims(jwt('{"name":"Zoë"}'))).toEqual({ name: 'Zoë' })
    } finally {
      globalThis.TextDecoder = TextDecoder
    }
  })
})

describe('anything else has no claims (31)', () => {
  const body = base64url('{"exp":1}')
  const cases: [kind: string, token: unknown][] = [
    ['an empty token', ''],
    ['an opaque token', '8xLOxBtZp8'],
    ['one part too few', `${HEADER}.${body}`],
    ['one part too many', `${HEADER}.${body}.c2ln.x`],
    ['an encrypted JWT', `${HEADER}.a.b.c.d`],
    ['an empty header', `.${body}.c2ln`],
    ['an empty payload', `${HEADER}..c2ln`],
    ['padding', `${HEADER}.${Buffer.from('{"a":1}').toString('base64')}.c2ln`],
    ['the alphabet of plain base64', `${HEADER}.${Buffer.from('{"a":"~~~???"}').toString('base64')}.c2ln`],
    ['white space', `${HEADER}. ${body}.c2ln`],
    ['a line feed at the end', `${HEADER}.${body}.c2ln\n`],
    ['a length that base64 cannot have', `${HEADER}.abcde.c2ln`],
    ['broken JSON', jwt('{"exp":')],
    ['JSON after a byte order mark', jwt('\u{feff}{}')],
    ['bytes that are no UTF-8', jwt(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))],
    ['an array', jwt('[1]')],
    ['a string', jwt('"{}"')],
    ['null', jwt('null')],
    ['a number', jwt('5')],
    ['undefined instead of a token', undefined],
    ['an object instead of a token', {}],
    ['an object that cannot be made text of', { toString: null }],
  ]
  test.each(cases)('%s', (_kind, token) => expect(readJwtClaims(token as string)).toBeUndefined())

  test('a runtime without atob', () => {
    const { atob } = globalThis
    try {
      Reflect.deleteProperty(globalThis, 'atob')
      expect(readJwtClaims(jwt('{"exp":1}'))).toBeUndefined()
    } finally {
      globalThis.atob = atob
    }
  })
})

describe('any token (31)', () => {
  test('claims that were signed are the claims that are read', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (claims) => {
        const text = JSON.stringify(claims)
        expect(readJwtClaims(jwt(text))).toEqual(JSON.parse(text))
      }),
    )
  })

  test('nothing makes it throw', () => {
    const dotted = fc.array(fc.base64String(), { maxLength: 4 }).map((parts) => parts.join('.'))
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), dotted, fc.uint8Array().map(jwt)), (token) => {
        const claims = readJwtClaims(token)
        expect(claims === undefined || typeof claims === 'object').toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test.each(['a', '.', 'a.', '-', '=', ' '])('megabytes of %j do not hang', (pattern) => {
    expect(readJwtClaims(pattern.repeat(2e6))).toBeUndefined()
    expect(readJwtClaims(`a.${pattern.repeat(2e6)}.a`)).toBeUndefined()
  })

  test('JSON nested a million deep does not throw', () => {
    expect(() => readJwtClaims(jwt(`{"a":${'['.repeat(1e6)}`))).not.toThrow()
  })
})
