import fc from 'fast-check'
import { isEndpoint, isTrustworthy, originOf, pageBase } from '../../src/http/origin.js'

const { URL } = globalThis
const BASE = 'https://api.example.com/v1/'

/** What the URL standard says, by Node's own URL: http and https only. */
function reference(url: string, base?: string): string | undefined {
  try {
    const parsed = new URL(url, base)
    return /^https?:$/.test(parsed.protocol) ? parsed.origin : undefined
  } catch {
    return undefined
  }
}

/** React Native's URL before 0.80: joins strings, and has no origin. */
class UrlWithoutOrigin {
  readonly href: string
  constructor(url: string, base?: string) {
    this.href = `${base ?? ''}${url}`
  }
  get origin(): string {
    throw new Error('URL.origin is not implemented')
  }
  get protocol(): string {
    throw new Error('URL.protocol is not implemented')
  }
  toString(): string {
    return this.href
  }
}

/** A later one: cuts its answers out of the joined string. */
class UrlByPattern extends UrlWithoutOrigin {
  override get origin(): string {
    return /^https?:\/\/[^/]+/.exec(this.href)?.[0] ?? ''
  }
  override get protocol(): string {
    return /^[a-z]+:/i.exec(this.href)?.[0] ?? ''
  }
}

afterEach(() => {
  globalThis.URL = URL
})

describe('the origin of a URL (1)', () => {
  const cases: [url: string, expected: string | undefined, base?: string][] = [
    ['https://api.example.com/me', 'https://api.example.com'],
    ['https://api.example.com', 'https://api.example.com'],
    ['HTTPS://API.Example.COM/Me', 'https://api.example.com'],
    ['https://api.example.com:443/', 'https://api.example.com'],
    ['http://api.example.com:80/', 'http://api.example.com'],
    ['https://api.example.com:80/', 'https://api.example.com:80'],
    ['http://api.example.com:443/', 'http://api.example.com:443'],
    ['https://api.example.com:8443?x', 'https://api.example.com:8443'],
    ['https://api.example.com:08443#x', 'https://api.example.com:8443'],
    ['https://api.example.com:/', 'https://api.example.com'],
    ['https://api.example.com./', 'https://api.example.com.'],
    ['https://api.example.com:99999999/', undefined],
    ['https://api.example.com@evil.example/', 'https://evil.example'],
    ['https://api.example.com:443@evil.example/', 'https://evil.example'],
    ['https://evil.example\\@api.example.com/', 'https://evil.example'],
    ['https://evil.example/@api.example.com/', 'https://evil.example'],
    ['https://evil.example?@api.example.com/', 'https://evil.example'],
    ['https://evil.example#@api.example.com/', 'https://evil.example'],
    ['https://api.example.com.evil.example/', 'https://api.example.com.evil.example'],
    ['https://evil.example%2f@api.example.com/', 'https://api.example.com'],
    ['ht\ttps://ev\nil.example/', 'https://evil.example'],
    [' https://evil.example/ ', 'https://evil.example'],
    ['https:/evil.example/', 'https://evil.example'],
    ['https:\\\\evil.example/', 'https://evil.example'],
    ['https://EXÄMPLE.com/', 'https://xn--exmple-cua.com'],
    ['https://ex%61mple.com/', 'https://example.com'],
    ['https://ｅxample.com/', 'https://example.com'],
    ['http://0x7f.1/', 'http://127.0.0.1'],
    ['http://2130706433/', 'http://127.0.0.1'],
    ['http://127.0.0.010/', 'http://127.0.0.8'],
    ['http://127.0.0.1./', 'http://127.0.0.1'],
    ['http://127.1/', 'http://127.0.0.1'],
    ['http://1.2.3.4.5/', undefined],
    ['http://[0:0::1]:3000/', 'http://[::1]:3000'],
    ['http://[::1]/', 'http://[::1]'],
    ['/me', 'https://api.example.com', BASE],
    ['me', 'https://api.example.com', BASE],
    ['', 'https://api.example.com', BASE],
    ['?a=https://evil.example', 'https://api.example.com', BASE],
    ['#a', 'https://api.example.com', BASE],
    ['/a b', 'https://api.example.com', BASE],
    ['//evil.example/me', 'https://evil.example', BASE],
    ['///evil.example/me', 'https://evil.example', BASE],
    ['/\\evil.example/me', 'https://evil.example', BASE],
    ['/\t/evil.example/me', 'https://evil.example', BASE],
    ['\x01//evil.example/me', 'https://evil.example', BASE],
    ['http://evil.example/me', 'http://evil.example', BASE],
    ['https:me', 'https://api.example.com', BASE],
    ['https:evil.example', 'https://evil.example', 'http://api.example.com/'],
    ['me', undefined],
    ['me', undefined, ''],
    ['me', undefined, '/v1'],
    ['me', undefined, 'data:text/plain,x'],
    ['//evil.example/me', undefined],
    ['', undefined],
    ['https://', undefined],
    ['https://a b/', undefined],
    ['https://a<b/', undefined],
    ['https://[::1', undefined],
  ]
  // A rest parameter: with three named ones, jest hands `done` to a row of two and waits for it.
  test.each(cases)('%j is %j (base %j)', (...[url, expected, base]) =>
    expect(originOf(url, base)).toBe(expected),
  )

  test.each(cases)('Node agrees on %j', (...[url, expected, base]) => {
    expect(reference(url, base)).toBe(expected)
  })

  test.each([
    'data:text/plain,x',
    'blob:https://api.example.com/0b6f',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'about:blank',
    'ws://api.example.com/',
    'wss://api.example.com/',
    'ftp://api.example.com/',
    'httpss://api.example.com/',
    'xhttps://api.example.com/',
    'custom://api.example.com/',
  ])('%s has none that could be allowed, with or without a base', (url) => {
    expect(originOf(url)).toBeUndefined()
    expect(originOf(url, BASE)).toBeUndefined()
  })

  test('a URL object is read like its text', () => {
    expect(originOf(new URL('https://u:p@API.example.com:443/me'))).toBe('https://api.example.com')
  })

  test.each([undefined, null, 5, {}, Symbol('x'), Object.create(null)])('%p is no URL', (url) => {
    expect(originOf(url as string)).toBeUndefined()
  })
})

const HOSTS = [
  'api.example.com',
  'API.Example.com',
  'localhost',
  'a.localhost.',
  'a..b',
  '.',
  '-',
  '_x',
  'xn--exmple-cua.com',
  'xn--a',
  '127.0.0.1',
  '127.1',
  '0x7f.1',
  '010.0.0.1',
  '1.2.3.4.',
  '1.2.3.999',
  '1.2.3.4.5',
  '1.2.3.04',
  '4.3com',
  '1a',
  'a.1',
  'a.0x',
  '[::1]',
  '[::ffff:1.2.3.4]',
  '[',
  'ex%61mple.com',
  'EXÄMPLE.com',
  '漢字.com',
  'a\u00adb.com',
  'ſ.com',
  'K.com',
  '。',
  'a。b',
  '',
]
const urlText = fc
  .tuple(
    fc.constantFrom('', ' ', '\t', '\x01', '\ufeff'),
    fc.constantFrom('https:', 'http:', 'HTTP:', 'ht\ntp:', 'ws:', 'blob:https:', 'file:', 'x:', ''),
    fc.constantFrom('//', '//', '//', '/', '', '///', '\\\\', '/\\', '/\t/'),
    fc.constantFrom('', '', '', 'u@', 'u:p@', 'api.example.com@', 'api.example.com:443@', '%40@', 'a\\@'),
    fc.oneof(
      fc.constantFrom(...HOSTS),
      fc.domain(),
      fc.ipV4Extended(),
      fc.ipV6().map((ip) => `[${ip}]`),
    ),
    fc.constantFrom(
      '',
      '',
      ':',
      ':0',
      ':80',
      ':443',
      ':0443',
      ':8443',
      ':65535',
      ':65536',
      ':1x',
      ':-1',
      '.',
    ),
    fc.constantFrom(
      '',
      '/',
      '/me@x',
      '?q',
      '#f',
      '\\p',
      '/a b',
      '/\t',
      ' ',
      '\n',
      ';',
      '%2f',
      '@b.c',
      '\u2028',
    ),
  )
  .map((parts) => parts.join(''))
const noise = fc.string({ unit: fc.constantFrom(...'htps:/\\@.a1x0[]?#%\t 漢ſ_-'), maxLength: 30 })
const anyUrl = fc.oneof(
  urlText,
  noise,
  fc.webUrl({ withQueryParameters: true }),
  fc.string({ unit: 'binary' }),
)
const anyBase = fc.constantFrom(
  undefined,
  BASE,
  'http://b.example:8080',
  'http://b.example:80/x?y',
  'data:,x',
  'file:///x',
)

describe('any URL (1)', () => {
  test('its origin is the one that the URL standard gives', () => {
    fc.assert(
      fc.property(anyUrl, anyBase, (url, base) => {
        const actual = originOf(url, base)
        const expected = reference(url, base)
        // What URL refuses cannot be requested either, so that an answer does no harm (a port above 65535).
        if (expected !== undefined || canBeParsed(url, base))
          expect([url, base, actual]).toEqual([url, base, expected])
      }),
      { numRuns: 20_000 },
    )
  })

  test.each([
    ['has no origin', UrlWithoutOrigin],
    ['finds one by a pattern', UrlByPattern],
  ])('where the runtime’s URL %s, it is one that leads to the same host, or none', (_which, Stub) => {
    fc.assert(
      fc.property(anyUrl, anyBase, (url, base) => {
        globalThis.URL = Stub as unknown as typeof URL
        const actual = originOf(url, base)
        globalThis.URL = URL
        if (actual !== undefined && canBeParsed(url, base))
          expect([url, reference(actual)]).toEqual([url, reference(url, base)])
        if (/^[^/]*(\/\/)?[^/?#]*[@\\\s\0-\x1f\x7f]/.test(url))
          expect([url, actual]).toEqual([url, undefined])
      }),
      { numRuns: 10_000 },
    )
  })

  function canBeParsed(url: string, base: string | undefined) {
    return URL.canParse(url, base)
  }

  test.each(['a', 'a.', '.', '1.', '1', '-', ':', '/', '@', '\\', ' ', '%61', 'é', 'xn--'])(
    'megabytes of %j in a host do not hang or throw',
    (pattern) => {
      for (const prefix of ['https://', 'http://127.0.0.1', '//', '']) {
        const origin = originOf(prefix + pattern.repeat(2e6 / pattern.length), BASE)
        expect(['string', 'undefined']).toContain(typeof origin)
      }
    },
  )
})

describe.each([
  ['has no origin', UrlWithoutOrigin],
  ['finds one by a pattern', UrlByPattern],
])('where the runtime’s URL %s (1)', (_which, Stub) => {
  beforeEach(() => {
    globalThis.URL = Stub as unknown as typeof URL
  })

  const known: [url: string, expected: string, base?: string][] = [
    ['https://API.example.com/me', 'https://api.example.com'],
    ['https://api.example.com', 'https://api.example.com'],
    ['http://10.0.2.2:3000/users/@me', 'http://10.0.2.2:3000'],
    ['http://localhost:8081/', 'http://localhost:8081'],
    ['http://evil.example/', 'http://evil.example', BASE],
  ]
  test.each(known)('%j is %j all the same', (...[url, expected, base]) =>
    expect(originOf(url, base)).toBe(expected),
  )

  test('a URL object of its own is read by its text', () => {
    expect(originOf(new Stub('https://api.example.com/me') as unknown as URL)).toBe('https://api.example.com')
  })

  test.each([
    'https://u@api.example.com/',
    'https://api.example.com:443@evil.example/',
    'https://evil.example\\@api.example.com/',
    'https://api.example.com\\.evil.example/',
    ' https://api.example.com/',
    'https://api.example.com\t/',
    'https://\0api.example.com/',
    'https:/api.example.com/',
    'https:api.example.com',
    'https:///api.example.com/',
    '//evil.example/',
    '///evil.example/',
    'https://EXÄMPLE.com/',
    'https://api%2eexample.com/',
    'data:,x',
    'blob:https://api.example.com/x',
    'https://',
    'https://:443/',
    'https://api.example.com:x/',
    'https://[::1/',
  ])('%j has no origin to rely on', (url) => {
    expect(originOf(url)).toBeUndefined()
    expect(originOf(url, BASE)).toBeUndefined()
    expect(originOf('/me', url)).toBeUndefined()
  })
})

test('a runtime without URL still knows plain origins (1)', () => {
  Reflect.deleteProperty(globalThis, 'URL')
  expect(originOf('https://api.example.com/me')).toBe('https://api.example.com')
  expect(originOf('https://u@api.example.com/me')).toBeUndefined()
})

describe('origins that may be sent a token (4)', () => {
  test.each([
    'https://api.example.com',
    'https://10.0.0.1:8443',
    'https://[2001:db8::1]',
    'http://localhost',
    'http://localhost:3000',
    'http://api.localhost',
    'http://a.b.localhost:3000',
    'http://localhost.',
    'http://127.0.0.1',
    'http://127.0.0.1:8080',
    'http://127.255.255.254',
    'http://[::1]',
    'http://[::1]:3000',
  ])('%s may', (origin) => expect(isTrustworthy(origin)).toBe(true))

  test.each([
    'http://api.example.com',
    'http://localhost.example.com',
    'http://notlocalhost',
    'http://localhost.evil:80',
    'http://10.0.0.1',
    'http://192.168.0.1',
    'http://0.0.0.0',
    'http://127.0.0.1.example.com',
    'http://128.0.0.1',
    'http://1127.0.0.1',
    'http://[::2]',
    'http://[::]',
    'http://[::ffff:7f00:1]',
    'http://a@localhost',
    'http://localhost@evil.example',
    'http://localhost:80@evil.example',
    'http://evil.example/localhost',
    'http://localhost\n',
    'httpss://a',
    'ftp://localhost',
    'null',
    '',
    'undefined',
    'ahttps://a',
    'ahttp://localhost',
  ])('%j may not', (origin) => expect(isTrustworthy(origin)).toBe(false))

  test('however 127.0.0.1 is spelt, its origin may', () => {
    fc.assert(
      fc.property(fc.ipV4Extended(), (address) => {
        const { hostname, origin } = new URL(`http://${address}`)
        expect(isTrustworthy(originOf(`http://${address}`) ?? '')).toBe(hostname.startsWith('127.'))
        expect(originOf(`http://${address}`)).toBe(origin)
      }),
    )
  })

  test.each(['a', 'a.', 'localhost.', '.localhost', '127.', '1'])(
    'megabytes of %j do not hang',
    (pattern) => {
      expect(isTrustworthy(`http://${pattern.repeat(1e6)}!`)).toBe(false)
    },
  )
})

describe('the base URL of the page (1)', () => {
  const define = (name: 'document' | 'location', descriptor: PropertyDescriptor) =>
    Object.defineProperty(globalThis, name, { configurable: true, ...descriptor })
  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'document')
    Reflect.deleteProperty(globalThis, 'location')
  })

  test('there is none in Node', () => expect(pageBase()).toBeUndefined())

  const cases: [title: string, baseURI: unknown, href: unknown, expected: string | undefined][] = [
    ['a base element counts', 'https://a.example/app/', 'https://a.example/x', 'https://a.example/app/'],
    ['a worker has only its location', undefined, 'https://a.example/w.js', 'https://a.example/w.js'],
    [
      'a frame made of srcdoc has its parent’s base',
      'https://a.example/',
      'about:srcdoc',
      'https://a.example/',
    ],
    [
      'a document of its own scheme gives way to the location',
      'about:blank',
      'http://a.example/',
      'http://a.example/',
    ],
    ['a page from a file has none', 'file:///index.html', 'file:///index.html', undefined],
    ['a worker from a blob has none', undefined, 'blob:https://a.example/1', undefined],
    ['an empty base is none', '', '', undefined],
  ]
  test.each(cases)('%s', (_title, baseURI, href, expected) => {
    if (baseURI !== undefined) define('document', { value: { baseURI } })
    define('location', { value: { href } })
    expect(pageBase()).toBe(expected)
  })

  test('a document has its base where there is no location', () => {
    define('document', { value: { baseURI: 'https://a.example/app/' } })
    expect(pageBase()).toBe('https://a.example/app/')
  })

  test('half a document, as React Native tools leave it, is no base', () => {
    define('document', { value: {} })
    define('location', { value: undefined })
    expect(pageBase()).toBeUndefined()
  })

  test('a location that throws, as older Deno has it, is none', () => {
    define('location', {
      get: () => {
        throw new ReferenceError('Access to "location", run again with --location')
      },
    })
    expect(pageBase()).toBeUndefined()
  })

  test('a number or an object is no address of an endpoint, though a page would resolve it', () => {
    define('location', { value: { href: 'https://a.example/' } })
    expect([5, {}, null].map((value) => isEndpoint(value))).toEqual([false, false, false])
    expect(isEndpoint('/token')).toBe(true)
  })
})

describe('addresses that secrets may be sent to (4)', () => {
  test('allowInsecure allows http, and no other scheme', () => {
    expect(isEndpoint('http://auth.example.com/', true)).toBe(true)
    expect(isEndpoint('ftp://auth.example.com/', true)).toBe(false)
    expect(isEndpoint('token', true)).toBe(false)
  })

  test('an @ in the path is no user name', () => {
    expect(isEndpoint('https://auth.example.com/x//y@z')).toBe(true)
    expect(isEndpoint('https://x@auth.example.com/')).toBe(false)
  })
})
