import { createSession, type Session, type SessionEvent, type SessionOptions } from 'tokenflight'
import { AuthorizationServer } from '../../examples/servers/authorization-server.js'
import { ScriptedServer, type Script, type ScriptedRequest } from '../support/scripted-server.js'
import type { Adapter, Client, Connection } from './adapters.js'

/** What a case may choose. */
export interface Choices {
  readonly session?: Partial<SessionOptions>
  readonly isUnauthorized?: Connection['isUnauthorized']
  /** What the API says; default: 200 to a live token, 401 to everything else. */
  readonly script?: Script
  readonly signedOut?: boolean
}

/** One API, one authorization server, one session that is signed in, and a client of the adapter under test. */
export interface World {
  readonly adapter: Adapter
  readonly api: ScriptedServer
  readonly auth: AuthorizationServer
  readonly session: Session
  readonly client: Client
  readonly events: SessionEvent[]
  /** How often a login was asked for. */
  readonly loginsRequired: () => number
  /** Whether the request carries a token that is alive. */
  isAlive(request: ScriptedRequest): boolean
  /** Another client with the same session, or one for another address. */
  connect(connection?: Partial<Connection>): Client
  /** A server that is closed with the rest. */
  server(script?: Script): Promise<ScriptedServer>
  close(): Promise<void>
}

/** Begins a world; it ends with `close`. */
export async function world(adapter: Adapter, choices: Choices = {}): Promise<World> {
  const auth = await new AuthorizationServer().start()
  const isAlive = ({ authorization = '' }: ScriptedRequest): boolean =>
    auth.introspect(authorization.replace('Bearer ', '')) !== undefined
  const byToken: Script = (request) => ({ status: isAlive(request) ? 200 : 401, body: request.text })
  const api = await new ScriptedServer(choices.script ?? byToken).start()
  const others: ScriptedServer[] = []
  let logins = 0
  const session = createSession({
    refresh: { tokenEndpoint: auth.tokenEndpoint, clientId: 'demo-spa' },
    onLoginRequired: () => void logins++,
    ...choices.session,
  } as SessionOptions)
  const events: SessionEvent[] = []
  session.on((event) => void events.push(event))
  const connect = (connection: Partial<Connection> = {}): Client =>
    adapter.connect(session, {
      baseUrl: api.origin,
      ...(choices.isUnauthorized && { isUnauthorized: choices.isUnauthorized }),
      ...connection,
    })
  const client = connect()
  if (!choices.signedOut) await session.login(auth.issue('ada'))
  return {
    adapter,
    api,
    auth,
    session,
    client,
    events,
    loginsRequired: () => logins,
    isAlive,
    connect,
    async server(script = byToken) {
      const other = await new ScriptedServer(script).start()
      others.push(other)
      return other
    },
    async close() {
      session.dispose()
      await Promise.all([auth, api, ...others].map((server) => server.close()))
    },
  }
}

/** Resolves with what a promise rejected with. */
export function rejected(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => Promise.reject(new Error('Expected a rejection')),
    (error: unknown) => error,
  )
}

/** Resolves when the session has so many who wait. */
export function held(session: Session, count: number): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (session.getSnapshot().held < count) return
      stop()
      resolve()
    }
    const stop = session.subscribe(look)
    look()
  })
}

/** A fact, with the number of its behaviour, and how it is shown. */
export type Case = readonly [
  fact: string,
  run: (begin: (choices?: Choices) => Promise<World>) => Promise<void>,
]
