import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios'
import { attachSession, createSession, type CommonOptions } from 'tokenflight/axios'
import {
  scriptedAdapter,
  type ScriptedAdapter,
  type SessionUnderTest,
  useBench,
} from '../support/session-under-test.js'

const bench = useBench()

let subject: SessionUnderTest
let adapter: ScriptedAdapter

async function attached(
  defaults: CreateAxiosDefaults = { baseURL: 'https://api.example.com' },
  options: CommonOptions = {},
): Promise<AxiosInstance> {
  subject = await bench.signedIn(options)
  adapter = scriptedAdapter()
  return subject.instance({ adapter, ...defaults })
}

/** Gives this process the base URI of a page, until the test is over. */
function stubPage(baseURI: string): void {
  Object.defineProperty(globalThis, 'document', { value: { baseURI }, configurable: true })
}

afterEach(() => void Reflect.deleteProperty(globalThis, 'document'))

/** Asks for an address and tells whether the token went there. */
async function gotToken(api: AxiosInstance, url: string): Promise<boolean> {
  await api.get(url)
  const { authorization } = adapter.sent.at(-1)!
  if (authorization !== undefined) expect(authorization).toBe('Bearer access-1')
  return authorization !== undefined
}

describe('the origin of the base URL', () => {
  test.each([
    ['/me', true],
    ['me?next=https://evil.example', true],
    ['https://api.example.com/me', true],
    ['HTTPS://API.EXAMPLE.COM:443/me', true],
    ['https://evil.example/me', false],
    ['https://api.example.com.evil.example/me', false],
    ['https://api.example.com@evil.example/me', false],
    ['https://api.example.com:secret@evil.example/me', false],
    ['https://someone@api.example.com/me', true],
    ['https://api.example.com:8443/me', false],
    ['https://evil.example/https://api.example.com/', false],
    ['https://evil.example\\@api.example.com/me', false],
    // To axios these are no absolute addresses: it puts them behind the base URL.
    ['data:text/plain,hello', true],
    ['\\\\evil.example/me', true],
  ])('%s gets the token: %s (1)', async (url, expected) => {
    expect(await gotToken(await attached(), url)).toBe(expected)
    expect(subject.problems).toStrictEqual([])
  })

  test('an address that begins with //host goes to that host, not to the base URL (1)', async () => {
    const api = await attached()
    expect(await gotToken(api, '//evil.example/me')).toBe(false)
    stubPage('https://app.example.com/index.html')
    expect(await gotToken(api, '//evil.example/me')).toBe(false)
    expect(await gotToken(api, '//api.example.com/me')).toBe(true)
    stubPage('http://app.example.com/index.html')
    expect(await gotToken(api, '//api.example.com/me')).toBe(false)
  })

  test('a base URL that changes later moves the token with it (1)', async () => {
    const api = await attached()
    expect(await gotToken(api, '/me')).toBe(true)
    api.defaults.baseURL = 'https://eu.example.com/v2'
    expect(await gotToken(api, '/me')).toBe(true)
    expect(await gotToken(api, 'https://eu.example.com/v1/me')).toBe(true)
    expect(await gotToken(api, 'https://api.example.com/me')).toBe(false)
  })

  test('a base URL given with one request opens no other origin (1)', async () => {
    const api = await attached()
    await api.get('/me', { baseURL: 'https://evil.example' })
    await api.get('/me', { baseURL: 'https://api.example.com/v2' })
    expect(adapter.authorizations).toStrictEqual([undefined, 'Bearer access-1'])
  })

  test('with allowAbsoluteUrls: false an absolute address is a path, and the token goes along (1)', async () => {
    const api = await attached({ baseURL: 'https://api.example.com', allowAbsoluteUrls: false })
    expect(await gotToken(api, 'https://evil.example/me')).toBe(true)
    await api.get('https://evil.example/me', { allowAbsoluteUrls: true })
    expect(adapter.authorizations).toStrictEqual(['Bearer access-1', undefined])
  })

  test('an address that axios cannot make sense of gets no token (1)', async () => {
    const api = await attached()
    await api.get('https://').catch(() => undefined)
    await api.get('https://[not-a-host/').catch(() => undefined)
    expect(adapter.authorizations.every((value) => value === undefined)).toBe(true)
  })
})

describe('allowedOrigins', () => {
  const baseURL = 'https://api.example.com'

  test('a list is added to the origin of the base URL (1)', async () => {
    const allowedOrigins = ['https://files.example.com/any/path', new URL('https://eu.example.com:8443')]
    const api = await attached({ baseURL }, { allowedOrigins })
    expect(await gotToken(api, '/me')).toBe(true)
    expect(await gotToken(api, 'https://files.example.com/1')).toBe(true)
    expect(await gotToken(api, 'https://eu.example.com:8443/1')).toBe(true)
    expect(await gotToken(api, 'https://eu.example.com/1')).toBe(false)
  })

  test('a function is the whole rule and sees the address as it is sent (1)', async () => {
    const seen: string[] = []
    const allowedOrigins = (url: URL): boolean => {
      seen.push(url.href)
      return url.hostname === 'files.example.com'
    }
    const api = await attached({ baseURL: `${baseURL}/v1` }, { allowedOrigins })
    expect(await gotToken(api, '/me')).toBe(false)
    expect(await gotToken(api, 'https://files.example.com/1')).toBe(true)
    expect(seen).toStrictEqual([`${baseURL}/v1/me`, 'https://files.example.com/1'])
  })

  test('a function that throws withholds the token, and the request goes out (1)', async () => {
    const allowedOrigins = (): boolean => {
      throw new Error('the rule is broken')
    }
    expect(await gotToken(await attached({ baseURL }, { allowedOrigins }), '/me')).toBe(false)
    expect(subject.problems).toStrictEqual(['allowedOrigins threw'])
  })

  test('opaque origins match no function that allows everything (1)', async () => {
    const api = await attached({}, { allowedOrigins: () => true })
    expect(await gotToken(api, 'data:text/plain,hello')).toBe(false)
    expect(await gotToken(api, 'blob:https://api.example.com/1')).toBe(false)
    expect(await gotToken(api, 'file:///etc/hosts')).toBe(false)
    expect(await gotToken(api, 'https://api.example.com/1')).toBe(true)
    expect(subject.problems).toStrictEqual([])
  })
})

describe('elsewhere', () => {
  test('a request is not held and starts no renewal, not even with a dead token (1)', async () => {
    const api = await attached()
    subject.gate.hold()
    const held = api.get('/me', { validateStatus: null })
    await held
    subject.now += 7_200_000
    const waits = api.get('/me')
    await subject.granting(1)
    expect(await gotToken(api, 'https://elsewhere.example/')).toBe(false)
    expect(subject.grants).toBe(1)
    subject.gate.release()
    await waits
  })

  test('a 401 from there is the caller’s, and renews nothing (1)', async () => {
    subject = await bench.signedIn()
    adapter = scriptedAdapter(() => ({ status: 401 }))
    const api = subject.instance({ adapter, baseURL: 'https://api.example.com' })
    await expect(api.get('https://elsewhere.example/')).rejects.toMatchObject({ response: { status: 401 } })
    expect(adapter.sent).toHaveLength(1)
    expect(subject.grants).toBe(0)
  })
})

describe('where no origin can be known', () => {
  test('a relative address gets no token, and that is reported once (1)', async () => {
    const api = await attached({})
    expect(await gotToken(api, '/me')).toBe(false)
    expect(await gotToken(api, '/you')).toBe(false)
    expect(subject.problems).toStrictEqual([expect.stringContaining('baseURL')])
  })

  test.each(['/login?to=https://elsewhere.example/', 'login?to=https://elsewhere.example/', 'orders/a:7'])(
    'that an address stands within a relative one does not hide it: %s (1)',
    async (url) => {
      const api = await attached({})
      expect(await gotToken(api, url)).toBe(false)
      expect(subject.problems).toHaveLength(1)
    },
  )

  test('a relative base URL gives no origin either (1)', async () => {
    const api = await attached({ baseURL: '/api' })
    expect(await gotToken(api, '/me')).toBe(false)
    expect(subject.problems).toHaveLength(1)
  })

  test('without a base URL the listed origins still get it (1)', async () => {
    const api = await attached({}, { allowedOrigins: ['https://api.example.com'] })
    expect(await gotToken(api, 'https://api.example.com/me')).toBe(true)
    expect(subject.problems).toStrictEqual([])
  })

  test('it is said on the console where nobody listens (1)', async () => {
    bench.expectConsoleError(/origin .* cannot be known/)
    const session = createSession({ refresh: async () => undefined })
    const api = axios.create({ adapter: scriptedAdapter() })
    attachSession(api, session)
    await api.get('/me')
    await api.get('/you')
    session.dispose()
  })

  test('in a page, relative addresses belong to the page’s own origin (1)', async () => {
    const api = await attached({})
    stubPage('https://app.example.com/deep/index.html')
    expect(await gotToken(api, '/me')).toBe(true)
    expect(await gotToken(api, 'https://app.example.com/me')).toBe(true)
    expect(await gotToken(api, 'https://api.example.com/me')).toBe(false)
    api.defaults.baseURL = '/api'
    expect(await gotToken(api, '/me')).toBe(true)
    expect(subject.problems).toStrictEqual([])
  })
})
