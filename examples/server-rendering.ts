/** Server-side rendering: one session per request, tokens kept on the server, nothing shared by two visitors. */
import { AsyncLocalStorage } from 'node:async_hooks'
import {
  createFetch,
  createSession,
  isLoginRequired,
  type Session,
  type SessionFetch,
  type TokenStore,
} from 'tokenflight/fetch'
import { startServers, type Servers } from './servers/start-servers.js'

/** Where the tokens of all visitors are: a database in a real app. A cookie holds no more than the visitor's id. */
const records = new Map<string, unknown>()

/** One visitor's part of it. By its name, requests of one visitor that render at once make one grant. */
function storeOf(visitor: string): TokenStore {
  return {
    name: `visitor ${visitor}`,
    get: () => records.get(visitor),
    set: (record) => records.set(visitor, record),
    clear: () => records.delete(visitor),
  }
}

function sessionOf(servers: Servers, visitor: string): Session {
  return createSession({
    refresh: { tokenEndpoint: servers.auth.tokenEndpoint, clientId: 'demo-spa' },
    // No grant behind a page that is done: it would be cut short, and its new refresh token lost.
    refreshAheadMs: 0,
    store: storeOf(visitor),
  })
}

/** What the components of one request use, however deep they are. */
const current = new AsyncLocalStorage<{ readonly session: Session; readonly api: SessionFetch }>()

function here() {
  const ofThisRequest = current.getStore()
  if (!ofThisRequest) throw new Error('Outside of a request there is no session')
  return ofThisRequest
}

/** Wraps a handler in the form that Next, Remix and workers have: a session for this one request. */
function withSession(servers: Servers, handle: () => Promise<Response>) {
  return async (request: Request): Promise<Response> => {
    const visitor = /visitor=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? 'nobody'
    const session = sessionOf(servers, visitor)
    const api = createFetch(session, { baseUrl: servers.api.origin })
    try {
      return await current.run({ session, api }, handle)
    } catch (error) {
      if (isLoginRequired(error)) return new Response(null, { status: 303, headers: { location: '/login' } })
      throw error
    } finally {
      session.dispose()
    }
  }
}

/** Two components: each asks for its own data. The browser renders the same before it knows its session. */
async function page(): Promise<Response> {
  const parts = await Promise.all(['/profile', '/cart'].map(component))
  return new Response(`${here().session.getServerSnapshot().status}: ${parts.join(' ')}`)
}

async function component(path: string): Promise<string> {
  const response = await here().api(path)
  if (!response.ok) return `${path} of nobody`
  const { who } = (await response.json()) as { who: string }
  return `${path} of ${who}`
}

async function main() {
  const servers = await startServers()
  const render = withSession(servers, page)
  const visit = async (visitor: string) => {
    const headers = { cookie: `visitor=${visitor}` }
    const response = await render(new Request('https://app.example.com/', { headers }))
    return `${visitor} gets ${response.status} ${response.headers.get('location') ?? (await response.text())}`
  }
  // What the login page does.
  for (const visitor of ['ada', 'bob']) {
    const session = sessionOf(servers, visitor)
    await session.login(servers.auth.issue(visitor))
    session.dispose()
  }

  // Their tokens die, and all come at once; ada has two tabs open.
  servers.auth.expireAll()
  const lines = await Promise.all(['ada', 'ada', 'bob', 'eve'].map(visit))
  lines.forEach((line) => console.log(line))
  console.log('grants:', servers.auth.counts.granted, 'spent tokens sent again:', servers.auth.counts.reused)

  servers.auth.revoke(({ subject }) => subject === 'bob')
  console.log(await visit('bob'))
  console.log(await visit('ada'))
  await servers.close()
}

void main()
