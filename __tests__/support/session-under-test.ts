import { getEventListeners } from 'node:events'
import axios, {
  AxiosError,
  type AxiosAdapter,
  type AxiosInstance,
  type AxiosResponse,
  type CreateAxiosDefaults,
  type InternalAxiosRequestConfig,
} from 'axios'
import {
  createSession,
  type LoginRequiredError,
  type Session,
  type SessionEvent,
  type CommonOptions,
  type TokenResponse,
} from 'tokenflight'
import { attachSession } from 'tokenflight/axios'
import { Arrivals } from '../../examples/servers/arrivals.js'
import { Gate } from '../../examples/servers/gate.js'
import { failOnLeaks, type Leaks } from './no-leaks.js'
import { scriptedServer, type Script, type ScriptedServer } from './scripted-server.js'

/** A session whose grants the test counts, holds back and fails: the first brings access-2, the next access-3. */
export class SessionUnderTest {
  readonly session: Session
  /** Grants wait here. */
  readonly gate = new Gate()
  readonly events: SessionEvent[] = []
  readonly loginRequired: LoginRequiredError[] = []
  /** The session's clock. */
  now = 1_900_000_000_000
  /** What grants throw, once they are let on; undefined: they succeed. */
  failure: unknown
  readonly #grants = new Arrivals()

  constructor(options: CommonOptions) {
    this.session = createSession({
      now: () => this.now,
      onLoginRequired: (error) => void this.loginRequired.push(error),
      refresh: () => this.#grant(),
      ...options,
    })
    this.session.on((event) => void this.events.push(event))
  }

  /** How many grants have begun. */
  get grants(): number {
    return this.#grants.count
  }

  get held(): number {
    return this.session.getSnapshot().held
  }

  get problems(): string[] {
    return this.events.flatMap((event) => (event.type === 'problem' ? [event.message] : []))
  }

  /** Signs in with access-1, good for an hour of the session's clock. */
  async login(tokens: TokenResponse = {}): Promise<this> {
    await this.session.login({
      access_token: 'access-1',
      refresh_token: 'refresh-1',
      expires_in: 3600,
      ...tokens,
    })
    return this
  }

  /** Resolves when so many grants have begun. */
  granting(count: number): Promise<void> {
    return this.#grants.reached(count)
  }

  /** Resolves when so many requests are held. */
  holding(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.held < count) return
        stop()
        resolve()
      }
      const stop = this.session.subscribe(look)
      look()
    })
  }

  /** An axios instance that the session is attached to. */
  instance(defaults: CreateAxiosDefaults = {}): AxiosInstance {
    const instance = axios.create(defaults)
    attachSession(instance, this.session)
    return instance
  }

  async #grant(): Promise<TokenResponse> {
    this.#grants.add()
    const version = this.grants + 1
    await this.gate.pass()
    if (this.failure !== undefined) throw this.failure as Error
    return { access_token: `access-${version}`, refresh_token: `refresh-${version}`, expires_in: 3600 }
  }
}

/** What a file's tests share: everything made by it is looked over and ended after each test. */
export interface Bench extends Leaks {
  session(options?: CommonOptions): SessionUnderTest
  signedIn(options?: CommonOptions): Promise<SessionUnderTest>
  server(script?: Script): Promise<ScriptedServer>
}

/** To be called once, at the top of a file. After each test nothing may be held, and no rejection unhandled. */
export function useBench(): Bench {
  const sessions: SessionUnderTest[] = []
  const servers: ScriptedServer[] = []

  afterEach(async () => {
    const held = sessions.map((subject) => subject.held)
    for (const { session, gate } of sessions.splice(0)) {
      session.dispose()
      gate.release()
    }
    await Promise.all(servers.splice(0).map((server) => server.close()))
    expect(held.filter(Boolean)).toEqual([])
  })

  const session = (options: CommonOptions = {}): SessionUnderTest => {
    const subject = new SessionUnderTest(options)
    sessions.push(subject)
    return subject
  }
  return {
    ...failOnLeaks(),
    session,
    signedIn: (options) => session(options).login(),
    async server(script) {
      const server = await scriptedServer(script)
      servers.push(server)
      return server
    },
  }
}

/** A script of a server that refuses these access tokens, and answers others with what `answer` says. */
export function refusing(tokens: readonly string[], answer: Script = () => ({ body: { ok: true } })): Script {
  return (request) => {
    const isRefused = tokens.some((token) => request.authorization === `Bearer ${token}`)
    return isRefused ? unauthorized : answer(request)
  }
}

export const unauthorized = {
  status: 401,
  headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  body: { reason: 'the token is dead' },
} as const

/** One request as an adapter got it. */
export interface SentRequest {
  readonly url: string | undefined
  readonly authorization: unknown
  readonly data: unknown
  /** All headers as they were at that moment, by their names in small letters. */
  readonly headers: Readonly<Record<string, unknown>>
  readonly config: InternalAxiosRequestConfig
}

/** What a scripted adapter answers. */
export interface AdapterAnswer {
  readonly status?: number
  readonly data?: unknown
  readonly headers?: Record<string, string>
}

/** An adapter of the app's own, without a wire. */
export interface ScriptedAdapter extends AxiosAdapter {
  readonly sent: readonly SentRequest[]
  readonly authorizations: readonly unknown[]
}

/** Makes an adapter that answers as the test says and keeps what reached it; 200 where nothing is said. */
export function scriptedAdapter(
  script: (sent: SentRequest, index: number) => AdapterAnswer | Promise<AdapterAnswer> = () => ({}),
): ScriptedAdapter {
  const sent: SentRequest[] = []
  const adapter: AxiosAdapter = async (config) => {
    const { url, data } = config
    const entries = Object.entries(config.headers.toJSON()).map(([name, value]) => [
      name.toLowerCase(),
      value,
    ])
    const headers = Object.fromEntries(entries) as Record<string, unknown>
    const request = { url, data, headers, config, authorization: headers['authorization'] }
    const index = sent.push(request)
    return settle(config, await script(request, index))
  }
  return Object.defineProperties(adapter, {
    sent: { value: sent },
    authorizations: { get: () => sent.map(({ authorization }) => authorization) },
  }) as ScriptedAdapter
}

/** A scripted adapter that refuses these access tokens. */
export function refusingAdapter(...tokens: readonly string[]): ScriptedAdapter {
  const dead = tokens.map((token) => `Bearer ${token}`)
  return scriptedAdapter(({ authorization }) => ({
    status: dead.includes(String(authorization)) ? 401 : 200,
    data: { ok: true },
  }))
}

/** As axios's own adapters do it. */
function settle(
  config: InternalAxiosRequestConfig,
  { status = 200, data = '', headers = {} }: AdapterAnswer,
): AxiosResponse {
  const response = { status, data, headers, statusText: String(status), config, request: {} }
  const { validateStatus } = config
  if (!validateStatus || validateStatus(status)) return response
  const message = `Request failed with status code ${status}`
  throw new AxiosError(message, AxiosError.ERR_BAD_REQUEST, config, response.request, response)
}

/** What a promise was rejected with; fails where it was fulfilled. */
export async function rejectionOf(promise: Promise<unknown>): Promise<AxiosError> {
  return promise.then(
    () => {
      throw new Error('Expected a rejection, got an answer')
    },
    (error: unknown) => error as AxiosError,
  )
}

/** How many listeners for its abort a signal has. */
export function abortListeners(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length
}
