import fc from 'fast-check'
import { parseRetryAfter } from '../../src/http/retry-after.js'

const NOW = Date.UTC(1994, 10, 6, 8, 49, 0)

describe('Retry-After (25)', () => {
  const cases: [value: string, expected: number][] = [
    ['0', 0],
    ['5', 5_000],
    ['120', 120_000],
    ['007', 7_000],
    [' 3 ', 3_000],
    ['99999999999999999999', 2 ** 31 * 1000],
    ['9'.repeat(400), 2 ** 31 * 1000],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 37_000],
    [' Sun, 06 Nov 1994 08:49:37 GMT ', 37_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 37_000],
    ['Sun, 06 Nov 1994 08:48:59 GMT', 0],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ]
  test.each(cases)('%j is %d ms', (value, expected) => expect(parseRetryAfter(value, NOW)).toBe(expected))
})

describe('what is neither seconds nor an HTTP-date is undefined (25)', () => {
  const cases: (string | undefined)[] = [
    undefined,
    '',
    ' ',
    '-1',
    '+5',
    '1.5',
    '1e3',
    '0x10',
    '5s',
    '5, 5',
    '5 10',
    'soon',
    'NaN',
    'Infinity',
    '٣',
    '５',
    '2020-01-01',
    '2020-01-01T00:00:00Z',
    '2020/01/01',
    'Jan 1 2020',
    '1 Jan 2020 10:00:00 GMT',
    'Sun, 06 Nov 1994',
    'Sun, 06 Nov 1994 08:49 GMT',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 PST',
    'Sun, 06 Nov 1994 08:49:37 +0000',
    'Sun, 06 Nov 1994 25:61:61 GMT',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun, 99 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 GMT, 5',
    '(Sun), 06 Nov 1994 08:49:37 GMT',
    'after Sun, 06 Nov 1994 08:49:37 GMT',
    'undefined',
    'null',
  ]
  test.each(cases)('%j', (value) => expect(parseRetryAfter(value, NOW)).toBeUndefined())

  test('a date cannot be counted from a clock that tells no time', () => {
    expect(parseRetryAfter('Sun, 06 Nov 1994 08:49:37 GMT', Number.NaN)).toBeUndefined()
  })
})

describe('any Retry-After (25)', () => {
  const zone = process.env['TZ']
  afterEach(() => {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
  })

  const print = (date: Date) => {
    const [, dayOfMonth, month, year, time] = date.toUTCString().split(/,? /) as [
      string,
      string,
      string,
      string,
      string,
    ]
    const longDay = date.toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' })
    return {
      imf: date.toUTCString(),
      rfc850: `${longDay}, ${dayOfMonth}-${month}-${year.slice(2)} ${time} GMT`,
    }
  }

  test.each(['UTC', 'Asia/Kolkata', 'America/Los_Angeles'])('both dates mean UTC, also in %s', (timeZone) => {
    process.env['TZ'] = timeZone
    // Two-digit years are read as 1950 to 2049.
    const dates = fc.date({ min: new Date(NOW), max: new Date('2049-12-31'), noInvalidDate: true })
    fc.assert(
      fc.property(dates, (date) => {
        const expected = Math.floor(date.getTime() / 1000) * 1000 - NOW
        for (const text of Object.values(print(date)))
          expect([text, parseRetryAfter(text, NOW)]).toEqual([text, expected])
      }),
    )
  })

  test('whole seconds are read as milliseconds', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer(), (seconds, now) => {
        expect(parseRetryAfter(String(seconds), now)).toBe(seconds * 1000)
      }),
    )
  })

  test('nothing makes it throw or go below zero', () => {
    const noise = fc.string({ unit: fc.constantFrom(...'Sun, 06 Nov 1994:GMT-+.'), maxLength: 40 })
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), noise), fc.integer(), (value, now) => {
        const wait = parseRetryAfter(value, now)
        expect(wait === undefined || wait >= 0).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test.each(['1', 'a', ' ', 'Sun, ', ' GMT', '06 '])('megabytes of %j do not hang', (pattern) => {
    expect(() => parseRetryAfter(pattern.repeat(1e6), NOW)).not.toThrow()
    expect(() => parseRetryAfter(`x${pattern.repeat(1e6)}x`, NOW)).not.toThrow()
  })
})
