/** Discovery (RFC 8414, OpenID Connect Discovery): what is asked, and in which words a failure is told. */
import { clientCredentials } from 'tokenflight'
import type { RefreshContext } from '../../src/grant/grant-options.js'
import { deferred } from '../support/deferred.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { rejectionOf } from '../support/outcome.js'

failOnLeaks()

const issuer = 'https://auth.example.com/one'
const oauth = 'https://auth.example.com/.well-known/oauth-authorization-server/one'
const openId = 'https://auth.example.com/one/.well-known/openid-configuration'
const context: RefreshContext = { signal: new AbortController().signal, reason: 'first' }
const metadata = { issuer, token_endpoint: `${issuer}/token` }

type Page = (init: RequestInit) => Response | Promise<Response>

/** What was asked for, in its order. */
let asked: { readonly url: string; readonly init: RequestInit }[]
/** What is at which address; elsewhere there is a 404. */
let pages: Record<string, Page>

beforeEach(() => {
  asked = []
  pages = { [metadata.token_endpoint]: () => Response.json({ access_token: 'new' }) }
})

const send = (async (url: string, init: RequestInit = {}) => {
  asked.push({ url, init })
  return pages[url]?.(init) ?? new Response('nothing here', { status: 404 })
}) as typeof fetch

const service = () => clientCredentials({ issuer, clientId: 'service', clientSecret: 's', fetch: send })
const urls = (): string[] => asked.map(({ url }) => url)

/** What the service is told where RFC 8414's address answers so, and the other one so. */
async function told(first: Page, second?: Page) {
  Object.assign(pages, { [oauth]: first }, second && { [openId]: second })
  const error = await rejectionOf(service()(context))
  expect(urls()).toEqual([oauth, openId])
  return error
}

const wrong = (status: number): string => `The token request is not set up right${inBrackets(status)}.`
const inBrackets = (status: number): string => (status ? ` (HTTP ${status})` : '')
const kept = 'The session is kept; try again later.'
const advice = 'Check `issuer`, or set `tokenEndpoint` and `revocationEndpoint` by hand.'
const lookedFor = (address: string): string => `Its address is looked for at ${address}.`

/** A response as a browser or another `fetch` shows it, which none can be made to be. */
function shownAs(members: object): Page {
  return () => Object.defineProperties(Response.json(metadata), Object.getOwnPropertyDescriptors(members))
}

it('metadata is asked for as JSON, with the signal of who waits, and no redirect is followed (8)', async () => {
  pages[oauth] = () => Response.json(metadata)
  expect(await service()(context)).toMatchObject({ accessToken: 'new' })
  expect(asked[0]).toEqual({
    url: oauth,
    init: { redirect: 'manual', headers: { accept: 'application/json' }, signal: context.signal },
  })
  expect(urls()).toEqual([oauth, metadata.token_endpoint])
})

it.each<[string, Page, number, string]>([
  ['a 402', () => Response.json(metadata, { status: 402 }), 402, 'There is nothing.'],
  ['a 403', () => new Response('', { status: 403 }), 403, 'There is nothing.'],
  ['a 404', () => new Response('', { status: 404 }), 404, 'There is nothing.'],
  ['a 302', () => new Response('', { status: 302 }), 302, 'It redirects, which is not followed.'],
  ['a redirect as browsers show it', shownAs({ status: 0 }), 0, 'It redirects, which is not followed.'],
  [
    'one that was followed all the same',
    shownAs({ redirected: true }),
    200,
    'It redirects, which is not followed.',
  ],
])(
  '%s is a configuration error: it names address, reason and what to set (26)',
  async (_, page, status, what) => {
    const error = await told(page)
    expect(error).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION', status: status || undefined })
    expect(error.message).toBe(`${wrong(status)} ${lookedFor(oauth)} ${what} ${advice}`)
  },
)

it.each([408, 425, 429, 500, 503])(
  'HTTP %i is an outage, which lasts for as long as Retry-After says (25)',
  async (status) => {
    const error = await told(() => new Response('', { status, headers: { 'retry-after': '7' } }))
    const members = { reason: 'server', ambiguous: false, status, retryAfterMs: 7000 }
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', ...members })
    expect(error.message).toBe(
      `The token was not renewed: the token endpoint cannot answer now (HTTP ${status}). ${kept} ${lookedFor(oauth)}`,
    )
  },
)

it('a dead network is told with its cause (25)', async () => {
  const error = await told(() => Promise.reject(new TypeError('Failed to fetch')))
  const cause = { name: 'TypeError', message: 'Failed to fetch' }
  expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', reason: 'network', ambiguous: false, cause })
  expect(error.message).toBe(
    `The token was not renewed: no answer came, see \`cause\`. ${kept} ${lookedFor(oauth)}`,
  )
})

it('a page of HTML is told with what to check (25)', async () => {
  const error = await told(() => new Response('<html>welcome</html>'))
  expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', reason: 'malformed', ambiguous: false })
  expect(error.message).toBe(
    `The token was not renewed: what came is no token response. ${kept} There is no JSON at ${oauth}. ${advice}`,
  )
})

it.each<[string, object, string]>([
  [
    'another issuer, whose name is cut where it is endless',
    { issuer: `https://evil.example/${'x'.repeat(400)}` },
    `is the metadata of the issuer "https://evil.example/${'x'.repeat(279)}": set \`issuer\` to exactly what it should say.`,
  ],
  [
    'no issuer',
    { issuer: undefined },
    'is the metadata of no issuer: set `issuer` to exactly what it should say.',
  ],
  [
    'a token_endpoint over http',
    { token_endpoint: 'http://auth.example.com/t' },
    'names no `token_endpoint` that is https: set `tokenEndpoint` by hand.',
  ],
  [
    'a token_endpoint that is no text',
    { token_endpoint: ['https://auth.example.com/t'] },
    'names no `token_endpoint` that is https: set `tokenEndpoint` by hand.',
  ],
])('metadata with %s must not be used, in words (26)', async (_, more, words) => {
  pages[oauth] = () => Response.json({ ...metadata, ...more })
  const error = await rejectionOf(service()(context))
  expect(error).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION' })
  expect(error.message).toBe(`${wrong(0)} ${oauth} ${words}`)
  expect(urls()).not.toContain(metadata.token_endpoint)
})

it('a relative token_endpoint is none in a page either, where every address would be one (26)', async () => {
  const globals = globalThis as { location?: unknown }
  globals.location = { href: 'https://app.example.com/' }
  try {
    for (const address of ['/token', '/token?for=https://api.example.com']) {
      pages[oauth] = () => Response.json({ ...metadata, token_endpoint: address })
      const error = await rejectionOf(service()(context))
      expect(error.message).toContain('names no `token_endpoint` that is https')
    }
  } finally {
    delete globals.location
  }
})

describe('of two failures the weightier one is told:', () => {
  const nothing: Page = () => new Response('', { status: 404 })
  const outage: Page = () => new Response('', { status: 503 })
  const mixUp: Page = () => Response.json({ ...metadata, issuer: 'https://evil.example' })

  it.each<[string, Page, Page, string]>([
    ['an outage counts more than nothing', nothing, outage, lookedFor(openId)],
    ['also where it came first', outage, nothing, lookedFor(oauth)],
    ['metadata of another more than an outage', outage, mixUp, `${openId} is the metadata of the issuer`],
    ['also where that came first', mixUp, outage, `${oauth} is the metadata of the issuer`],
    ['of two of a kind it is the first', outage, outage, lookedFor(oauth)],
  ])('%s (25, 26)', async (_, first, second, words) => {
    expect((await told(first, second)).message).toContain(words)
  })
})

it('who leaves in the middle spoils it for nobody: those who waited with it ask once between them (10)', async () => {
  const arrived = deferred()
  pages[oauth] = ({ signal }) =>
    urls().filter((url) => url === oauth).length > 1
      ? Response.json(metadata)
      : new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error))
          arrived.resolve()
        })
  const acquire = service()
  const leaving = new AbortController()
  const left = rejectionOf(acquire({ ...context, signal: leaving.signal }))
  const others = Promise.all([acquire(context), acquire(context)])
  await arrived.promise
  // By then the others wait for the first one's answer.
  await new Promise((next) => setImmediate(next))
  leaving.abort()
  expect(await left).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', reason: 'network' })
  expect(await others).toMatchObject([{ accessToken: 'new' }, { accessToken: 'new' }])
  expect(urls()).toEqual([oauth, openId, oauth, metadata.token_endpoint, metadata.token_endpoint])
})
