import fc from 'fast-check'
import { type Challenge, parseChallenges, vetoOf } from '../../src/http/challenge.js'

type Expected = [scheme: string, parameters?: Record<string, string>, token68?: string]

const read = (header: Parameters<typeof parseChallenges>[0]): Expected[] =>
  parseChallenges(header).map(({ scheme, token68, parameters }) => {
    const copy = { ...parameters }
    return token68 === undefined ? [scheme, copy] : [scheme, copy, token68]
  })

describe('well-formed challenges (13)', () => {
  const cases: [title: string, header: string, expected: Expected[]][] = [
    ['a bare scheme is a challenge', 'Negotiate', [['Negotiate', {}]]],
    ['a scheme keeps the case it was sent in', 'bEARER a=b', [['bEARER', { a: 'b' }]]],
    ['a quoted value loses its quotes', 'Bearer realm="api"', [['Bearer', { realm: 'api' }]]],
    ['a quoted value may be empty', 'Basic realm=""', [['Basic', { realm: '' }]]],
    ['a value may be a token', 'Bearer error=invalid_token', [['Bearer', { error: 'invalid_token' }]]],
    ['parameter names are lower-cased', 'Bearer Realm="A"', [['Bearer', { realm: 'A' }]]],
    [
      'a comma inside a quoted realm does not start a new challenge',
      'Bearer realm="a, Basic realm=b", error="x"',
      [['Bearer', { realm: 'a, Basic realm=b', error: 'x' }]],
    ],
    [
      'an escaped quote inside a quoted realm does not end it',
      String.raw`Bearer realm="a \"b\", c", error="x"`,
      [['Bearer', { realm: 'a "b", c', error: 'x' }]],
    ],
    ['an escaped backslash ends before the quote', String.raw`A b="\\", c="d"`, [['A', { b: '\\', c: 'd' }]]],
    ['an escaped letter is that letter', String.raw`A b="\x\y"`, [['A', { b: 'xy' }]]],
    ['an equals sign may stand in a quoted value', 'A b="c=d"', [['A', { b: 'c=d' }]]],
    ['bad white space around "=" is no part of anything', 'A b = "c" , d\t=\te', [['A', { b: 'c', d: 'e' }]]],
    ['several spaces may follow the scheme', 'Bearer   realm="x"', [['Bearer', { realm: 'x' }]]],
    ['a token68 keeps its padding', 'Negotiate YII+/.-_~9==', [['Negotiate', {}, 'YII+/.-_~9==']]],
    ['a token68 needs no padding', 'Negotiate abc', [['Negotiate', {}, 'abc']]],
    ['several spaces may precede a token68', 'Negotiate \t abc', [['Negotiate', {}, 'abc']]],
    ['one padding sign does not make a parameter of a token68', 'NTLM abc=', [['NTLM', {}, 'abc=']]],
    [
      'several challenges in one header come in order',
      'Basic realm="a", Bearer realm="b", error="c", Negotiate',
      [
        ['Basic', { realm: 'a' }],
        ['Bearer', { realm: 'b', error: 'c' }],
        ['Negotiate', {}],
      ],
    ],
    [
      'a challenge may follow a token68',
      'Negotiate a==, Bearer b=c, NTLM',
      [
        ['Negotiate', {}, 'a=='],
        ['Bearer', { b: 'c' }],
        ['NTLM', {}],
      ],
    ],
    [
      'two challenges of one scheme stay two',
      'A b=c, A d=e',
      [
        ['A', { b: 'c' }],
        ['A', { d: 'e' }],
      ],
    ],
    [
      'two bare schemes are two challenges',
      'Basic, Bearer',
      [
        ['Basic', {}],
        ['Bearer', {}],
      ],
    ],
    [
      'empty list elements count for nothing',
      ', ,A ,b=c,, ,d=e, ,B,',
      [
        ['A', { b: 'c', d: 'e' }],
        ['B', {}],
      ],
    ],
    [
      'several headers, joined with a comma, are read in order',
      ['A b=c', 'D e="f"'].join(', '),
      [
        ['A', { b: 'c' }],
        ['D', { e: 'f' }],
      ],
    ],
    [
      'the example of RFC 9110 §11.6.1 reads as it says',
      'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""',
      [
        ['Basic', { realm: 'simple' }],
        ['Newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }],
      ],
    ],
    [
      'the example of RFC 9470 §3 reads as it says',
      'Bearer error="insufficient_user_authentication",\n error_description="A different level", max_age="5"',
      [
        [
          'Bearer',
          { error: 'insufficient_user_authentication', error_description: 'A different level', max_age: '5' },
        ],
      ],
    ],
  ]
  test.each(cases)('%s', (_title, header, expected) => expect(read(header)).toEqual(expected))
})

describe('malformed challenges yield what can be read (13)', () => {
  const cases: [title: string, header: Parameters<typeof parseChallenges>[0], expected: Expected[]][] = [
    ['no header, no challenges', undefined, []],
    ['null, no challenges', null, []],
    ['an empty header, no challenges', '', []],
    ['only separators, no challenges', ' ,, \t, ', []],
    ['parameters without a scheme belong to nobody', 'realm="x", error="y"', []],
    ['the first of two equal parameters counts', 'A b=c, B="d", b=e', [['A', { b: 'c' }]]],
    ['a missing comma loses nothing', 'A b="c" d="e" f=g', [['A', { b: 'c', d: 'e', f: 'g' }]]],
    ['a semicolon parts like a comma, within a challenge', 'A b=c; d=e', [['A', { b: 'c', d: 'e' }]]],
    [
      'an unquoted value may hold a URL',
      'A b=https://x.y/z?q=1, d=e',
      [['A', { b: 'https://x.y/z?q=1', d: 'e' }]],
    ],
    ['a stray word is no challenge', 'A b=two words, d=e', [['A', { b: 'two', d: 'e' }]]],
    ['a missing value is an empty one', 'A b="c", d=, e=f', [['A', { b: 'c', d: '', e: 'f' }]]],
    ['a quote left open reads to the end', 'A b="c, d=e', [['A', { b: 'c, d=e' }]]],
    ['a backslash at the end escapes nothing', 'A b="c\\', [['A', { b: 'c' }]]],
    ['an escaped quote at the end is kept', 'A b="c\\"', [['A', { b: 'c"' }]]],
    ['parameters after a token68 are kept', 'A bcd==, e=f', [['A', { e: 'f' }, 'bcd==']]],
    ['two words after a scheme are no token68', 'A b c, d=e', [['A', { d: 'e' }]]],
  ]
  test.each(cases)('%s', (_title, header, expected) => expect(read(header)).toEqual(expected))

  test('a parameter called __proto__ is a parameter like any other', () => {
    const [challenge] = parseChallenges('A __proto__="x", constructor=y, b=c')
    expect(Object.entries(challenge?.parameters ?? {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['b', 'c'],
    ])
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
    expect(Object.getPrototypeOf(challenge?.parameters)).toBeNull()
  })

  test('a parameter that was not sent is undefined, even toString', () => {
    expect(parseChallenges('A b=c')[0]?.parameters['toString']).toBeUndefined()
  })
})

describe('any input at all (13)', () => {
  const TCHARS = "!#$%&'*+.^_`|~-09azAZ"
  const tokens = fc.string({ unit: fc.constantFrom(...TCHARS), minLength: 1, maxLength: 8 })
  const values = fc.string({ unit: fc.constantFrom(...'ab "\\,;= \t/é') })
  const token68s = fc
    .tuple(fc.string({ unit: fc.constantFrom(...'aZ09-._~+/'), minLength: 1 }), fc.nat({ max: 2 }))
    .map(([text, padding]) => text + '='.repeat(padding))
  const pairs = fc.uniqueArray(fc.tuple(tokens, values, fc.boolean()), {
    selector: ([name]) => name.toLowerCase(),
    maxLength: 4,
  })
  const challenges = fc.array(fc.record({ scheme: tokens, content: fc.oneof(token68s, pairs) }), {
    minLength: 1,
    maxLength: 4,
  })
  const spaces = fc.constantFrom('', ' ', '\t ')
  const commas = fc.constantFrom(',', ', ', ' , ', ',,', ' ,\t, ')

  const isToken = (value: string) => /^[\w!#$%&'*+.^`|~-]+$/.test(value)
  const quote = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`

  test('what was printed is what is read', () => {
    fc.assert(
      fc.property(challenges, spaces, commas, (sent, space, comma) => {
        const parameter = ([name, value, bare]: [string, string, boolean]) =>
          `${name}${space}=${space}${bare && isToken(value) ? value : quote(value)}`
        const header = sent.map(({ scheme, content }) =>
          `${scheme} ${typeof content === 'string' ? content : content.map(parameter).join(comma)}`.trim(),
        )
        const expected = sent.map(({ scheme, content }): Expected => {
          if (typeof content === 'string') return [scheme, {}, content]
          return [scheme, Object.fromEntries(content.map(([name, value]) => [name.toLowerCase(), value]))]
        })
        expect(read(header.join(comma))).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })

  test('nothing makes it throw, and every value is a string', () => {
    const noise = fc.string({ unit: fc.constantFrom(...'ab=", \\\t;/\n€'), maxLength: 40 })
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), noise), (header) => {
        for (const { scheme, parameters } of parseChallenges(`${header}, ${header}`)) {
          expect(scheme).not.toBe('')
          for (const value of Object.values(parameters)) expect(typeof value).toBe('string')
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('of a field that is longer than any server sends, the first 100 000 characters are read', () => {
    expect(read(`A b="${'c'.repeat(4e6)}`)).toEqual([['A', { b: 'c'.repeat(1e5 - 5) }]])
  })

  const patterns = [
    'a',
    ' ',
    '"',
    '\\',
    '=',
    ',',
    'a ',
    'a=',
    'a="',
    '\\"',
    'a b',
    'a =',
    'A b=',
    ' a=="',
    '\u00e9',
  ]
  test.each(patterns)('a few megabytes of %j after "A b" do not hang or throw', (pattern) => {
    for (const start of ['', 'A b', 'A b="', 'A b=c, d ']) {
      expect(parseChallenges(start + pattern.repeat(4e6 / pattern.length))).toBeInstanceOf(Array)
    }
  })
})

describe('challenges that a renewed token would not answer (13)', () => {
  const cases: [header: string, error: string | undefined][] = [
    ['Bearer error="insufficient_scope", scope="admin"', 'insufficient_scope'],
    ['Bearer error=insufficient_scope', 'insufficient_scope'],
    [
      'Bearer error="insufficient_user_authentication", acr_values="high"',
      'insufficient_user_authentication',
    ],
    ['Basic realm="x", DPoP error="insufficient_scope"', 'insufficient_scope'],
    ['Bearer error="invalid_request", Bearer error="insufficient_scope"', 'insufficient_scope'],
    ['Bearer error="invalid_request"', 'invalid_request'],
    ['Bearer error="invalid_token"', undefined],
    ['Bearer error="insufficient_scope_x"', undefined],
    ['Bearer error="invalid_request_uri"', undefined],
    ['Bearer error="not_invalid_request"', undefined],
    ['Bearer error="not_insufficient_scope"', undefined],
    ['Bearer realm="insufficient_scope"', undefined],
    ['Bearer', undefined],
    ['', undefined],
  ]
  test.each(cases)('%s: %s', (header, error) =>
    expect(vetoOf(parseChallenges(header))?.parameters['error']).toBe(error),
  )

  test('challenges made by hand are judged alike', () => {
    const challenge: Challenge = { scheme: 'Bearer', parameters: { error: 'insufficient_scope' } }
    expect(vetoOf([challenge])).toBe(challenge)
  })
})
