/**
 * Where the token goes is decided before a request is sent; where the request goes is decided by the transport. Here
 * the real ones decide: axios's own http adapter down to the socket, and Node's own Request.
 */
import { EventEmitter } from 'node:events'
import type { RequestOptions } from 'node:https'
import axios, { AxiosHeaders, type AxiosInstance } from 'axios'
import fc from 'fast-check'
import { attachSession, createSession, type CommonOptions, type Session } from 'tokenflight/axios'
import { createFetch, type SessionFetch } from 'tokenflight/fetch'
import { address, base, isSafe, originAsNode } from './addresses.js'
import { countInputs, feed, runs } from './inputs.js'

countInputs('origins')

const token = 'canary-of-the-origins'
const listed = 'https://files.example.com'

/** One request as it would have gone on the wire. */
interface Seen {
  readonly origin: string | undefined
  readonly hasToken: boolean
  /** Credentials in the address, which take the place of the header. */
  readonly hasUser: boolean
  /** The token anywhere but in its header. */
  readonly isStray: boolean
}

let seen: Seen | undefined
/** A property that sends nothing, or nothing with a token, proves nothing. */
const sent = { withToken: 0, without: 0 }
let sessions: Session[] = []

async function signedIn(options: CommonOptions = {}): Promise<Session> {
  const session = createSession({ refresh: () => new Promise(() => {}), ...options })
  // What is withheld is reported; here to nobody.
  session.on(() => {})
  await session.login({ access_token: token })
  sessions.push(session)
  return session
}

beforeEach(() => void Object.assign(sent, { withToken: 0, without: 0 }))

afterEach(() => {
  expect(Math.min(sent.withToken, sent.without)).toBeGreaterThan(10)
  for (const session of sessions) session.dispose()
  sessions = []
  Reflect.deleteProperty(globalThis, 'document')
})

/** What axios's http adapter hands to `http.request`; the socket itself is all that is left out. */
const transport = {
  request({ hostname, port, protocol, headers, auth, path }: RequestOptions): EventEmitter {
    const host = hostname?.includes(':') ? `[${hostname}]` : hostname
    const { Authorization, ...others } = AxiosHeaders.from(headers as Record<string, string>).toJSON()
    const value = Authorization
    seen = {
      origin: originAsNode(`${protocol}//${host}${port ? `:${port}` : ''}`),
      hasToken: value === `Bearer ${token}`,
      hasUser: Boolean(auth),
      isStray: JSON.stringify([others, path, auth]).includes(token),
    }
    const request = new EventEmitter()
    return Object.assign(request, {
      end: () => queueMicrotask(() => request.emit('error', new Error('no socket'))),
      write() {},
      destroy() {},
      setTimeout() {},
    })
  },
}

/** As Node's fetch reads its arguments, and a browser's does in a page. */
const inner: typeof fetch = async (target, init) => {
  const { baseURI } = (globalThis as { document?: { baseURI?: string } }).document ?? {}
  const request = new Request(typeof target === 'string' && baseURI ? new URL(target, baseURI) : target, init)
  const authorization = request.headers.get('authorization')
  seen = {
    origin: originAsNode(request.url),
    hasToken: authorization === `Bearer ${token}`,
    hasUser: false,
    isStray: request.url.includes(token),
  }
  return new Response()
}

/** Sends one request; undefined where it was refused before it was sent. */
async function send(request: () => Promise<unknown>): Promise<Seen | undefined> {
  seen = undefined
  await request().catch(() => {})
  const found = seen as Seen | undefined
  if (found) sent[found.hasToken ? 'withToken' : 'without']++
  return found
}

/** The rule in one sentence: the base's own origin and the listed one, over a safe way, and nowhere else. */
function expectRule(found: Seen | undefined, baseOrigin: string | undefined, extra = listed): void {
  if (!found) return
  const { origin, hasToken, hasUser, isStray } = found
  const mayHave = origin !== undefined && (origin === baseOrigin || origin === extra) && isSafe(origin)
  expect(isStray).toBe(false)
  if (hasToken) expect({ origin, mayHave }).toEqual({ origin, mayHave: true })
  else if (!hasUser) expect({ origin, mayHave }).toEqual({ origin, mayHave: false })
}

function open(session: Session, baseURL: string | undefined): { http: AxiosInstance; call: SessionFetch } {
  const http = axios.create({
    adapter: 'http',
    proxy: false,
    transport,
    ...(baseURL !== undefined && { baseURL }),
  })
  attachSession(http, session)
  return { http, call: createFetch(session, { fetch: inner, baseUrl: baseURL }) }
}

describe('no address leads the token to a foreign origin, and none keeps it from its own (1, 4)', () => {
  it('through axios’s own http adapter', async () => {
    const session = await signedIn({ allowedOrigins: [listed] })
    const attached = new Map<string | undefined, AxiosInstance>()
    const open1 = (one: string | undefined): AxiosInstance =>
      attached.get(one) ?? (attached.set(one, open(session, one).http), open1(one))
    const absolute = fc.constantFrom(undefined, undefined, true, false)
    await fc.assert(
      fc.asyncProperty(base, address, absolute, async (baseURL, url, allowAbsoluteUrls) => {
        feed()
        const http = open1(baseURL)
        const found = await send(() =>
          http.get(url, { ...(allowAbsoluteUrls !== undefined && { allowAbsoluteUrls }) }),
        )
        expectRule(found, baseURL === undefined ? undefined : originAsNode(baseURL))
      }),
      runs(90),
    )
  })

  it('through fetch, as text, as a URL and as a Request', async () => {
    const session = await signedIn({ allowedOrigins: [listed] })
    const kinds = fc.constantFrom<(url: string) => string | URL | Request>(
      (url) => url,
      (url) => url,
      (url) => new URL(url),
      (url) => new Request(url),
    )
    await fc.assert(
      fc.asyncProperty(base, address, kinds, async (baseUrl, url, kind) => {
        feed()
        const { call } = open(session, baseUrl)
        const found = await send(async () => call(kind(url)))
        expectRule(found, baseUrl === undefined ? undefined : originAsNode(baseUrl))
      }),
      runs(90),
    )
  })

  it('in a page, where relative addresses lead to its own origin', async () => {
    const session = await signedIn({ allowedOrigins: [listed] })
    const pages = fc.constantFrom(
      'https://app.example.com/a/b.html',
      'http://app.example.com/',
      'http://localhost:5173/',
      'https://app.example.com/evil.example//',
    )
    await fc.assert(
      fc.asyncProperty(pages, base, address, async (baseURI, baseUrl, url) => {
        feed()
        Object.defineProperty(globalThis, 'document', { value: { baseURI }, configurable: true })
        const { call } = open(session, baseUrl)
        const found = await send(() => call(url))
        expectRule(found, originAsNode(baseUrl ?? baseURI, baseURI))
      }),
      runs(60),
    )
  })

  it('where the app’s own function is the whole rule: what it was shown is where it goes', async () => {
    let shown: string | undefined
    const allowedOrigins = ({ origin, hostname }: URL): boolean => {
      shown = origin
      return hostname === 'api.example.com'
    }
    const session = await signedIn({ allowedOrigins, allowInsecure: true })
    const attached = open(session, 'https://api.example.com')
    await fc.assert(
      fc.asyncProperty(address, fc.boolean(), async (url, isFetch) => {
        feed()
        shown = undefined
        const found = await send(() => (isFetch ? attached.call(url) : attached.http.get(url)))
        if (!found) return
        if (found.origin) expect(shown).toBe(found.origin)
        if (found.hasToken) expect(new URL(found.origin ?? '').hostname).toBe('api.example.com')
      }),
      runs(60),
    )
  })
})
