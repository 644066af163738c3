import axios, { type AxiosInstance } from 'axios'
import {
  attachSession,
  createSession,
  type LoginRequiredError,
  type RefreshTokenGrant,
  type Session,
  type SessionEvent,
  type SessionOptions,
} from 'tokenflight/axios'
import { createFetch } from 'tokenflight/fetch'
import { signIn, type OidcTokens, type SignIn } from '../../examples/servers/oidc/authorization-code-flow.js'
import {
  startOidcServers,
  type OidcServers,
  type OidcServersOptions,
} from '../../examples/servers/oidc/start-oidc-servers.js'
import { introspecting } from '../../examples/servers/oidc/token-verification.js'
import { turn } from '../support/fake-clock.js'
import { failOnLeaks } from '../support/no-leaks.js'

/** What can be chosen about a world: its servers, and the session's own options. */
export type WorldOptions = OidcServersOptions & {
  readonly session?: Partial<SessionOptions>
  readonly grant?: Partial<RefreshTokenGrant>
  /** The session is told the issuer alone, and finds the endpoints by itself. */
  readonly discovers?: boolean
}

/** A real authorization server, a proxy before it, an API, and a session that uses them over sockets. */
export interface World extends OidcServers {
  readonly tokenEndpoint: string
  readonly session: Session
  readonly http: AxiosInstance
  readonly fetch: typeof globalThis.fetch
  readonly events: SessionEvent[]
  /** The problems so far. A test that expects some takes them out; what is left fails it. */
  readonly problems: Extract<SessionEvent, { type: 'problem' }>[]
  readonly loginRequired: LoginRequiredError[]
  /** The refresh tokens that reached the token endpoint, in order. */
  sent(): (string | undefined)[]
  /** Real tokens, by an authorization code flow with PKCE; and the session is logged in with them. */
  login(request?: Partial<SignIn>): Promise<OidcTokens>
  /** The flow alone. */
  tokens(request?: Partial<SignIn>): Promise<OidcTokens>
  told(type: SessionEvent['type']): number
}

/** To be called once at the top of a file, after `useFakeClock` where that is used. */
export function useWorlds(): (options?: WorldOptions) => Promise<World> {
  failOnLeaks()
  const worlds: World[] = []
  afterEach(async () => {
    for (const world of worlds.splice(0)) {
      const { held } = world.session.getSnapshot()
      world.session.dispose()
      await world.close()
      const { problems } = world
      expect({ held, problems, failures: world.server.failures }).toEqual({
        held: 0,
        problems: [],
        failures: [],
      })
    }
  })
  return async (options = {}) => {
    const world = createWorld(await startOidcServers(options), options)
    worlds.push(world)
    return world
  }
}

function createWorld(servers: OidcServers, { session: own, grant, discovers }: WorldOptions): World {
  const { front, api, issuer } = servers
  const tokenEndpoint = `${issuer}/token`
  const events: SessionEvent[] = []
  const problems: World['problems'] = []
  const loginRequired: LoginRequiredError[] = []
  const session = createSession({
    refresh: { ...(discovers ? { issuer } : { tokenEndpoint }), clientId: 'spa', ...grant },
    onLoginRequired: (error) => void loginRequired.push(error),
    ...own,
  } as SessionOptions)
  session.on((event) => {
    events.push(event)
    if (event.type === 'problem') problems.push(event)
  })
  const http = axios.create({ baseURL: api.origin })
  attachSession(http, session)
  const tokens = (request?: Partial<SignIn>) => signIn({ issuer, username: 'ada', ...request })
  return {
    ...servers,
    tokenEndpoint,
    session,
    http,
    fetch: createFetch(session, { baseUrl: api.origin }),
    events,
    problems,
    loginRequired,
    tokens,
    async login(request) {
      const answer = await tokens(request)
      await session.login(answer)
      return answer
    },
    sent: () => grantsAt(front).map((form) => form.get('refresh_token') ?? undefined),
    told: (type) => events.filter((event) => event.type === type).length,
  }
}

/** The refresh_token grants that reached the front, as their forms. */
export function grantsAt(front: OidcServers['front']): URLSearchParams[] {
  return front
    .to('/token')
    .map(({ body }) => new URLSearchParams(body))
    .filter((form) => form.get('grant_type') === 'refresh_token')
}

/** Whether the server still knows a token, as it tells the API (RFC 7662). */
export async function isAlive({ issuer, server }: OidcServers, token = ''): Promise<boolean> {
  return (await introspecting(issuer, server.origin)(token)) !== undefined
}

/** Lets sockets go on until it is so. What it waits for needs no clock: a stopped one stays where it is. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turn()
}
