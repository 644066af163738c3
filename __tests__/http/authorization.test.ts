import fc from 'fast-check'
import { authorizationValue, isHeaderSafe } from '../../src/http/authorization.js'

describe('the header that carries a token (3)', () => {
  test('a scheme stands before the token, one space between', () => {
    expect(authorizationValue('Bearer', 'abc')).toBe('Bearer abc')
  })

  test('without a scheme the token stands alone', () => {
    expect(authorizationValue('', 'abc')).toBe('abc')
  })
})

describe('what may stand in a header (3)', () => {
  test.each(['a', 'eyJ.a-b_c.~+/==', '!', '~', '"\\,;'])('%j may', (value) =>
    expect(isHeaderSafe(value)).toBe(true),
  )

  const refused: unknown[] = [
    undefined,
    null,
    '',
    ' ',
    'a b',
    ' a',
    'a ',
    'a\n',
    '\na',
    'a\r\nX-Evil: 1',
    'a\0',
    'a\t',
    'é',
    '€',
    '\x7f',
    '\u2028',
    5,
    true,
    {},
    [],
    ['abc'],
    new String('abc'),
  ]
  test.each(refused.map((value) => [value]))('%p may not', (value) => expect(isHeaderSafe(value)).toBe(false))

  test('whatever may is taken by Headers and given back unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', minLength: 1 }), (value) => {
        if (isHeaderSafe(value)) expect(new Headers({ x: value }).get('x')).toBe(value)
        else expect(value).toMatch(/[^!-~]/)
      }),
    )
  })

  test('nothing makes it throw', () => {
    fc.assert(fc.property(fc.anything(), (value) => typeof isHeaderSafe(value) === 'boolean'))
  })
})
