import axios, { type AxiosInstance } from 'axios'
import {
  attachSession,
  createSession,
  memoryStore,
  type RefreshTokenGrant,
  type Session,
  type SessionEvent,
  type SessionOptions,
  type StoredRecord,
  type TokenStore,
} from 'tokenflight/axios'
import { ApiDouble } from './api-double.js'
import { failOnLeaks, type Leaks } from './no-leaks.js'
import { TokenEndpointDouble } from './token-endpoint-double.js'

/** Any options of a session; a `grant` goes over the bench's own token endpoint. */
export type BenchOptions = Partial<SessionOptions> & {
  readonly grant?: Partial<RefreshTokenGrant>
  /** False: nobody listens, so that a problem goes to console.error. Default true. */
  readonly listens?: boolean
}

/** A session with an API and a token endpoint that the test writes, all in this process. */
export interface Bench {
  readonly session: Session
  readonly http: AxiosInstance
  readonly api: ApiDouble
  readonly endpoint: TokenEndpointDouble
  readonly store: TokenStore
  readonly onLoginRequired: jest.Mock
  readonly events: SessionEvent[]
  /** The record that the store holds; undefined where it is empty. */
  stored(): StoredRecord | undefined
  /** How often a kind of event was told. */
  told(type: SessionEvent['type']): number
  /** The problems so far. A test that expects some takes them; what is left over fails it. */
  takeProblems(): Extract<SessionEvent, { type: 'problem' }>[]
}

/**
 * To be called once at the top of a file: it gives the way to set up benches, and looks after each test that
 * nothing is held, no problem went unnoticed, no rejection went unhandled and console.error was not called.
 */
export function useBench(): Leaks & { bench(options?: BenchOptions): Bench } {
  const leaks = failOnLeaks()
  const open: Bench[] = []
  afterEach(() => {
    const left = open.splice(0).map((one) => {
      const { held } = one.session.getSnapshot()
      const problems = one.takeProblems().map(({ message }) => message)
      one.session.dispose()
      return { held, problems }
    })
    for (const one of left) expect(one).toEqual({ held: 0, problems: [] })
  })
  return {
    ...leaks,
    bench(options) {
      const made = setUp(options)
      open.push(made)
      return made
    },
  }
}

function setUp({ grant, listens = true, ...options }: BenchOptions = {}): Bench {
  const api = new ApiDouble()
  const endpoint = new TokenEndpointDouble()
  const store = options.store ?? memoryStore()
  const onLoginRequired = jest.fn()
  const refresh = { tokenEndpoint: endpoint.url, clientId: 'spa', fetch: endpoint.fetch, ...grant }
  const session = createSession({ refresh, onLoginRequired, ...options, store } as SessionOptions)
  const events: SessionEvent[] = []
  const problems: Extract<SessionEvent, { type: 'problem' }>[] = []
  if (listens) {
    session.on((event) => void events.push(event))
    session.on((event) => void (event.type === 'problem' && problems.push(event)))
  }
  const http = axios.create({ baseURL: 'https://api.example.com', adapter: api.adapter })
  attachSession(http, session)
  return {
    session,
    http,
    api,
    endpoint,
    store,
    onLoginRequired,
    events,
    stored: () => store.get() as StoredRecord | undefined,
    told: (type) => events.filter((event) => event.type === type).length,
    takeProblems: () => problems.splice(0),
  }
}
