import { AxiosHeaders } from 'axios'
import fc from 'fast-check'
import { readHeader } from '../../src/http/headers.js'

const NAME = 'WWW-Authenticate'

describe('a header is found wherever it is kept (13, 25)', () => {
  const cases: [kind: string, headers: unknown][] = [
    ['Headers', new Headers({ 'www-authenticate': 'A' })],
    ['AxiosHeaders', new AxiosHeaders({ 'www-authenticate': 'A' })],
    ['a Map with the very name', new Map([[NAME, 'A']])],
    ['a Map with the name in another case', new Map([['WWW-AUTHENTICATE', 'A']])],
    ['a plain object', { [NAME]: 'A' }],
    ['a plain object with the name in another case', { 'www-authenticate': 'A' }],
    ['an object without a prototype', Object.assign(Object.create(null), { 'Www-Authenticate': 'A' })],
    [
      'an array of pairs',
      [
        ['x', 'B'],
        ['www-AUTHENTICATE', 'A'],
      ],
    ],
    ['a plain object that also has a header called get', { get: 'B', 'www-authenticate': 'A' }],
  ]
  test.each(cases)('in %s', (_kind, headers) => expect(readHeader(headers, NAME)).toBe('A'))
})

describe('several values are joined with a comma (13)', () => {
  const twice = new Headers([[NAME, 'A']])
  twice.append(NAME, 'B')
  const cases: [kind: string, headers: unknown][] = [
    ['Headers', twice],
    ['AxiosHeaders', new AxiosHeaders({ [NAME]: ['A', 'B'] })],
    ['a Map of arrays', new Map([[NAME, ['A', 'B']]])],
    ['a plain object of arrays', { 'www-authenticate': ['A', 'B'] }],
    ['a plain object with two spellings', { 'www-authenticate': 'A', [NAME]: 'B' }],
    [
      'an array of pairs',
      [
        [NAME, 'A'],
        ['www-authenticate', 'B'],
      ],
    ],
  ]
  test.each(cases)('in %s', (_kind, headers) => expect(readHeader(headers, NAME)).toBe('A, B'))
})

describe('what is not there is undefined', () => {
  const cases: [kind: string, headers: unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['a string', 'www-authenticate: A'],
    ['a number', 5],
    ['an empty object', {}],
    ['empty Headers', new Headers()],
    ['empty AxiosHeaders', new AxiosHeaders()],
    ['AxiosHeaders that must not send it', new AxiosHeaders({ [NAME]: false })],
    ['an empty Map', new Map()],
    ['false as the value, by which axios marks what must not be sent', { [NAME]: false }],
    ['null as the value', { [NAME]: null }],
    ['undefined as the value', { [NAME]: undefined }],
    ['no values', { [NAME]: [] }],
    ['an array of other things', [null, 5, 'www-authenticate']],
    [
      'a getter that throws',
      {
        get: () => {
          throw new Error('no')
        },
      },
    ],
    ['a value that cannot be printed', { [NAME]: Object.create(null) }],
  ]
  test.each(cases)('in %s', (_kind, headers) => expect(readHeader(headers, NAME)).toBeUndefined())

  test('a name that the prototype happens to have is not a header', () => {
    expect(readHeader({}, 'toString')).toBeUndefined()
    expect(readHeader({}, '__proto__')).toBeUndefined()
  })
})

test('a number is read as text, an empty value as an empty one', () => {
  expect(readHeader({ 'retry-after': 5 }, 'Retry-After')).toBe('5')
  expect(readHeader({ 'retry-after': 0 }, 'Retry-After')).toBe('0')
  expect(readHeader({ 'retry-after': '' }, 'Retry-After')).toBe('')
})

test('a name that no header can have is undefined, even where Headers throws at it', () => {
  expect(readHeader(new Headers(), 'not a name')).toBeUndefined()
})

test('nothing makes it throw', () => {
  fc.assert(
    fc.property(fc.anything({ withMap: true, withNullPrototype: true }), fc.string(), (headers, name) => {
      expect(['string', 'undefined']).toContain(typeof readHeader(headers, name))
    }),
  )
})
