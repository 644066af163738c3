import axios, { type AxiosInstance } from 'axios'
import type { MutableResponse, OAuth2Server } from 'oauth2-mock-server'
import {
  attachSession,
  createSession,
  type LoginRequiredError,
  type RefreshTokenGrant,
  type Session,
  type SessionEvent,
  type SessionOptions,
} from 'tokenflight/axios'
import { Front } from '../../examples/servers/oidc/front.js'
import { ResourceServer } from '../../examples/servers/oidc/resource-server.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { grantsAt } from './world.js'

/** oauth2-mock-server, which says whatever a test wants, behind a proxy, and a session that has signed in there. */
export interface OddWorld {
  readonly front: Front
  readonly api: ResourceServer
  readonly issuer: string
  readonly session: Session
  readonly http: AxiosInstance
  readonly loginRequired: LoginRequiredError[]
  readonly events: SessionEvent[]
  /** How many refresh_token grants have come. */
  grants(): number
  /** Changes the next answer of the token endpoint, and only this one. */
  next(change: (answer: MutableResponse) => void): void
  /** Changes the claims of the next id_token. */
  nextIdToken(claims: Readonly<Record<string, unknown>>): void
}

/** What can be chosen: the session's options, and those of its grant. */
export interface OddOptions {
  readonly session?: Partial<SessionOptions>
  readonly grant?: Partial<RefreshTokenGrant>
}

/** To be called once at the top of a file, after `useFakeClock`. */
export function useOddServer(): (options?: OddOptions) => Promise<OddWorld> {
  failOnLeaks()
  const endings: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const end of endings.splice(0)) await end()
  })
  return async (options = {}) => {
    const { OAuth2Server } = await import('oauth2-mock-server')
    const server = new OAuth2Server()
    await server.issuer.keys.generate('ES256')
    await server.start(0, '127.0.0.1')
    const front = await new Front(`http://127.0.0.1:${server.address().port}`).start()
    server.issuer.url = front.origin
    const api = await new ResourceServer(readingTokensOf(server)).start()
    const world = signedIn(front, api, server, options)
    await world.session.login(await passwordGrant(front.origin))
    endings.push(async () => {
      const { held } = world.session.getSnapshot()
      world.session.dispose()
      await Promise.all([front.close(), api.close(), server.stop()])
      expect({ held, problems: world.events.filter(({ type }) => type === 'problem') }).toEqual({
        held: 0,
        problems: [],
      })
    })
    return world
  }
}

function signedIn(
  front: Front,
  api: ResourceServer,
  { service }: OAuth2Server,
  { session: own, grant }: OddOptions,
): OddWorld {
  const issuer = front.origin
  const loginRequired: LoginRequiredError[] = []
  const events: SessionEvent[] = []
  const session = createSession({
    refresh: { tokenEndpoint: `${issuer}/token`, clientId: 'spa', ...grant },
    onLoginRequired: (error) => void loginRequired.push(error),
    ...own,
  } as SessionOptions)
  session.on((event) => void events.push(event))
  const http = axios.create({ baseURL: api.origin })
  attachSession(http, session)
  return {
    front,
    api,
    issuer,
    session,
    http,
    loginRequired,
    events,
    grants: () => grantsAt(front).length,
    next: (change) => void service.once('beforeResponse', change),
    nextIdToken: (claims) => {
      // The access token is signed first; the id_token is the one with an audience.
      const change = ({ payload }: { payload: Record<string, unknown> }): void => {
        if (payload['aud'] === undefined) return
        Object.assign(payload, claims)
        service.off('beforeTokenSigning', change)
      }
      service.on('beforeTokenSigning', change)
    },
  }
}

/** The first tokens; this server asks nobody for a password. */
async function passwordGrant(issuer: string): Promise<object> {
  const body = new URLSearchParams({ grant_type: 'password', username: 'johndoe', client_id: 'spa' })
  return (await fetch(`${issuer}/token`, { method: 'POST', body })).json() as Promise<object>
}

function readingTokensOf(server: OAuth2Server) {
  const loading = import('jose')
  return async (token: string) => {
    const { createLocalJWKSet, jwtVerify } = await loading
    const keys = createLocalJWKSet({ keys: server.issuer.keys.toJSON() })
    return jwtVerify<{ sub: string }>(token, keys).then(
      ({ payload }) => payload,
      () => undefined,
    )
  }
}
