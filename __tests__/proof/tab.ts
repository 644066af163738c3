import axios, { AxiosError, type AxiosAdapter, type AxiosInstance } from 'axios'
import type { RefreshContext, Session, SessionEvent, SessionOptions } from 'tokenflight'
import type { By, Call } from './journal.js'
import type { Subject } from './subject.js'
import { external } from './outside.js'
import type { World } from './world.js'

const baseUrl = 'https://api.example.com'
const tokenEndpoint = 'https://auth.example.com/token'

/** What an app may do in a listener. */
export type Reaction = 'login' | 'logout' | 'abort'

/** One page of an app: a session with an axios instance and a fetch wrapper on top, in the world that it is given. */
export class Tab {
  readonly session: Session
  isDisposed = false
  readonly #index: number
  readonly #world: World
  readonly #axios: AxiosInstance
  readonly #fetch: typeof fetch
  readonly #detach: () => void
  readonly #reactions = new Map<SessionEvent['type'], Reaction>()

  constructor(subject: Subject, world: World, index: number) {
    this.#index = index
    this.#world = world
    this.session = subject.createSession(this.#options())
    this.session.on((event) => {
      world.note({ what: 'told', tab: index, event })
      this.#react(event.type)
    })
    this.#axios = axios.create({ baseURL: baseUrl, adapter: this.#adapter })
    this.#detach = subject.attachSession(this.#axios, this.session)
    this.#fetch = subject.createFetch(this.session, { baseUrl, fetch: this.#send })
  }

  request(by: By): void {
    this.#ask(by, ({ id, controller: { signal } }) => {
      if (by === 'fetch') return this.#fetch(`/${id}`, { signal }).then((answer) => pathOf(answer.url))
      const data = by === 'one-shot' ? { pipe() {} } : undefined
      return this.#axios.post<string>(`/${id}`, data, { signal }).then((answer) => String(answer.data))
    })
  }

  getAccessToken(): void {
    this.#ask('getAccessToken', async ({ id, controller: { signal } }) => {
      await this.session.getAccessToken({ signal })
      return String(id)
    })
  }

  refresh(): void {
    this.#world.note({ what: 'refresh', tab: this.#index })
    this.#ask('refresh', async ({ id, controller: { signal } }) => {
      await this.session.refresh({ signal })
      return String(id)
    })
  }

  login(): void {
    this.#world.note({ what: 'login', tab: this.#index })
    void this.session.login(this.#world.server.signIn()).catch(() => {})
  }

  logout(): void {
    this.#world.note({ what: 'logout', tab: this.#index })
    void this.session.logout()
  }

  /** When the session tells this kind of event next, the app does that, inside its listener. */
  when(type: SessionEvent['type'], reaction: Reaction): void {
    this.#reactions.set(type, reaction)
  }

  #react(type: SessionEvent['type']): void {
    const reaction = this.#reactions.get(type)
    this.#reactions.delete(type)
    const [oldest] = this.#world.unended.filter(({ tab }) => tab === this.#index)
    if (reaction === 'abort' && oldest) this.#world.abort(oldest)
    else if (reaction === 'login' || reaction === 'logout') this[reaction]()
  }

  dispose(): void {
    this.isDisposed = true
    this.#world.note({ what: 'disposed', tab: this.#index })
    this.session.dispose()
    this.#detach()
  }

  #options(): SessionOptions {
    const { options, clock, place, turnstile } = this.#world
    return {
      refresh: { tokenEndpoint, clientId: 'spa', fetch: this.#grant },
      store: place.open(this.#index),
      now: () => clock.wall,
      rotationGraceMs: options.rotationGraceMs,
      onLoginRequired: () => this.#world.note({ what: 'loginRequired', tab: this.#index }),
      ...(options.lock === 'slow' && { lock: turnstile.open(this.#index) }),
      ...(options.acquires && { acquire: this.#acquire }),
    }
  }

  #ask(by: Call['by'], run: (call: Call) => Promise<string>): void {
    const { subject: user, generation } = this.session.getSnapshot()
    const call = this.#world.call({ tab: this.#index, by, user, generation })
    run(call).then(
      (id) => this.#world.ended(call, id === String(call.id) ? 'answer' : `the answer of request ${id}`),
      (error: unknown) => this.#world.ended(call, nameOf(error)),
    )
  }

  /** axios's way to the API. */
  readonly #adapter: AxiosAdapter = async (config) => {
    const authorization = config.headers.get('Authorization') as string | undefined
    const signal = config.signal as AbortSignal
    const data = pathOf(config.url)
    const status = await this.#reach(data, authorization ?? undefined, signal)
    const answer = { status, statusText: '', headers: {}, data, config, request: {} }
    if (status < 300) return answer
    throw new AxiosError(`${status}`, AxiosError.ERR_BAD_REQUEST, config, {}, answer)
  }

  /** fetch's way to the API. */
  readonly #send: typeof fetch = async (url, init) => {
    const path = url as string
    const authorization = new Headers(init?.headers).get('Authorization') ?? undefined
    const status = await this.#reach(pathOf(path), authorization, init?.signal as AbortSignal)
    const body = { cancel: async () => {} }
    return { ok: status < 300, status, url: path, headers: new Headers(), body } as unknown as Response
  }

  #reach(id: string, authorization: string | undefined, signal: AbortSignal): Promise<number> {
    const world = this.#world
    const call = world.callOf(Number(id))
    const token = authorization?.replace(/^Bearer /, '')
    world.note({ what: 'sent', call, token, generation: this.session.getSnapshot().generation })
    const label = `request ${id} with ${token ?? 'no token'}`
    return external<number>(
      world.outside,
      { kind: 'api', tab: this.#index, label },
      signal,
      (how, settle) => {
        const status =
          how === 'refuse' ? 401 : how === 'error' ? 500 : world.server.accepts(token) ? 200 : 401
        world.note({ what: 'answered', call, token, status: how === 'offline' ? 0 : status })
        if (how === 'offline') settle.reject(new TypeError('The network is down'))
        else settle.resolve(status)
      },
    )
  }

  /** The way to the token endpoint. */
  readonly #grant: typeof fetch = (_url, init) => {
    const refreshToken = new URLSearchParams(init?.body as string).get('refresh_token') ?? ''
    return this.#world.grant(this.#index, refreshToken, init?.signal)
  }

  readonly #acquire = ({ signal }: RefreshContext): ReturnType<NonNullable<SessionOptions['acquire']>> => {
    const { outside, server } = this.#world
    const { subject } = this.#world.lastSeen(this.#index)
    return external(
      outside,
      { kind: 'acquire', tab: this.#index, label: 'acquire' },
      signal,
      (how, settle) => {
        if (how === 'offline') return settle.reject(new TypeError('The network is down'))
        if (how === 'refused') return settle.reject(Object.assign(new Error('No'), { status: 401 }))
        settle.resolve(server.signIn(how === 'same' ? subject : undefined))
      },
    )
  }
}

function pathOf(url = ''): string {
  return url.slice(url.lastIndexOf('/') + 1)
}

function nameOf(error: unknown): string {
  const { code, name, cause } = error as { code?: string; name?: string; cause?: { code?: string } }
  return cause?.code ?? name ?? code ?? 'an error'
}
