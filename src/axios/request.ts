import {
  AxiosError,
  CanceledError,
  type AxiosAdapter,
  type AxiosResponse,
  type CancelToken,
  type InternalAxiosRequestConfig,
} from 'axios'
import type { AxiosInstanceLike } from './instance.js'
import type { Abortable, TransportAnswer, TransportRequest } from '../session/transport.js'
import { fullUrl } from './full-url.js'
import { isOneShot } from '../http/body.js'
import { originOf } from '../http/origin.js'
import type { SessionError } from '../errors.js'

/** What is read of an `AxiosResponse`. */
type Answer = Readonly<{
  status: number
  headers: unknown
  request: unknown
  data: unknown
  config?: { headers?: unknown }
}>
type BeforeRedirect = NonNullable<InternalAxiosRequestConfig['beforeRedirect']>

/** What all requests of one attached instance have in common. */
export interface Attachment {
  readonly instance: AxiosInstanceLike
  readonly headerName: string
  /** What is left of a refusal's stack: one string for all that are alike. */
  stack?: string
}

/**
 * One axios request as the session sees it; the inner adapter is called with axios's own final config. What can be
 * read there is not kept a second time: thousands may be held.
 */
export class AxiosRequest implements TransportRequest<AxiosResponse> {
  readonly #attachment: Attachment
  readonly #config: InternalAxiosRequestConfig
  readonly #adapter: AxiosAdapter
  /** What the config has while it is not on its way. */
  readonly #headers: InternalAxiosRequestConfig['headers']
  readonly #beforeRedirect: BeforeRedirect | undefined

  constructor(attachment: Attachment, config: InternalAxiosRequestConfig<unknown>, adapter: AxiosAdapter) {
    this.#attachment = attachment
    this.#config = config
    this.#adapter = adapter
    this.#headers = config.headers
    this.#beforeRedirect = config.beforeRedirect
  }

  get method(): string {
    return this.#config.method as string
  }

  get url(): string {
    return fullUrl(this.#attachment.instance, this.#config)
  }

  get isOneShot(): boolean {
    return isOneShot(this.#config.data)
  }

  get signal(): Abortable | undefined {
    const { signal, cancelToken } = this.#config as { signal?: Abortable; cancelToken?: CancelToken }
    return cancelToken ? both(signal, cancelToken) : signal
  }

  get timeoutMs(): number | undefined {
    return this.#config.timeout
  }

  /**
   * Headers are cloned, not set: an adapter adds to them, and the replay must begin where the first send did.
   * The config itself stays the same object, which costs nothing and is what plugins compare.
   */
  dispatch(authorization: string | undefined): Promise<AxiosResponse> {
    const config = this.#config
    const { headerName } = this.#attachment
    // What stands there may be spelled otherwise: axios would keep that, and a redirect would not find it.
    if (authorization !== undefined) (config.headers = copyOf(this.#headers)).delete(headerName)
    if (authorization) {
      // As it is: the session has made sure that both can be in a header.
      config.headers[headerName] = authorization
      // Behaviour 5, for axios's http adapter: axios 1.7 forwards even Authorization, newer ones other names.
      config.beforeRedirect = (options, ...details) => {
        const { href, headers } = options as { href: string; headers: Record<string, unknown> }
        if (originOf(href) !== originOf(this.url)) delete headers[headerName]
        this.#beforeRedirect?.(options, ...details)
      }
    }
    return this.#adapter(config)
  }

  /** Behaviour 17: before anyone sees it, the config is the app's own again. */
  settled(outcome: unknown): number | undefined {
    const answer = responseOf(outcome)
    const sent = this.#config.headers
    this.#takeBack(this.#config, sent)
    this.#takeBack((Object(outcome) as Partial<Answer>).config, sent)
    this.#takeBack(answer.config, sent)
    return answer.status
  }

  /** An adapter may show a copy of the config that it was given. */
  #takeBack(config: Answer['config'], sent: unknown): void {
    if (!config || config.headers !== sent) return
    Reflect.set(config, 'headers', this.#headers)
    Reflect.set(config, 'beforeRedirect', this.#beforeRedirect)
  }

  answerOf(outcome: unknown): TransportAnswer {
    // The adapter's own trace weighs more than all else that is held; axios adds its caller's to what is left.
    if (outcome instanceof Error) {
      const head = String(outcome)
      if (this.#attachment.stack !== head) this.#attachment.stack = head
      Reflect.set(outcome, 'stack', this.#attachment.stack)
    }
    const { status, headers, request, data } = responseOf(outcome) as Answer
    const { responseURL, res } = Object(request) as { responseURL?: string; res?: { responseUrl?: string } }
    return {
      status,
      headers,
      url: this.#config.socketPath ? undefined : responseURL || res?.responseUrl,
      json: async () => readBody(data),
    }
  }

  /** Behaviour 19: a body that is still to be read keeps its socket. */
  discard(outcome: unknown): void {
    const { data } = responseOf(outcome)
    if (!isOneShot(data)) return
    const { destroy, cancel } = data as { destroy?: () => void; cancel?: () => Promise<void> }
    destroy?.call(data)
    // A stream that is locked, or already read, refuses: then there is nothing to let go.
    cancel?.call(data).catch(() => {})
  }

  annotate(outcome: unknown, cause: SessionError): void {
    if (outcome instanceof Error) Object.assign(outcome, { cause })
  }

  rejection(cause: SessionError, outcome: unknown): unknown {
    const { code, message } = cause
    const config = this.#config
    if (code === 'ERR_SESSION_CHANGED') return canceledForGood(cause, config)
    // An adapter of the app's may reject with an object that is no Error.
    const response = outcome === undefined ? outcome : (responseOf(outcome) as AxiosResponse)
    const error =
      outcome instanceof Error
        ? outcome
        : new AxiosError(message, response ? 'ERR_BAD_REQUEST' : code, config, response?.request, response)
    return Object.assign(error, { cause })
  }

  aborted(): unknown {
    const { cancelToken } = this.#config
    // axios's own types say message; in fact it is the CanceledError itself.
    return cancelToken?.reason ?? new CanceledError(undefined, this.#config)
  }

  timedOut(): unknown {
    const { timeout, timeoutErrorMessage, transitional } = this.#config
    const code = transitional?.clarifyTimeoutError ? 'ETIMEDOUT' : 'ECONNABORTED'
    return new AxiosError(timeoutErrorMessage ?? `timeout of ${timeout}ms exceeded`, code, this.#config)
  }
}

/** What axios's own `concat` makes, without normalizing again what it has normalized: a ninth of the time. */
function copyOf<T extends object>(headers: T): T {
  return Object.assign(new (headers.constructor as new () => T)(), headers)
}

/**
 * Behaviour 28: retry plugins may send even a canceled request again, perhaps as the next user. This one's config
 * is canceled already, with this very error, however often it is sent.
 */
function canceledForGood(cause: SessionError, config: InternalAxiosRequestConfig): Error {
  const throwIfRequested = (): never => {
    throw error
  }
  // All that axios asks of a token before it sends.
  const cancelToken = { throwIfRequested } as unknown as CancelToken
  const error = Object.assign(new CanceledError(cause.message, { ...config, cancelToken }), { cause })
  return error
}

/** The HTTP answer in what an adapter fulfilled or rejected with; without a status where there was none. */
function responseOf(outcome: unknown): Partial<Answer> {
  const { response = outcome } = Object(outcome) as { response?: unknown }
  return Object(response) as Partial<Answer>
}

/** Parses what stands before `transformResponse`: text, bytes, a Blob, or what an adapter has parsed already. */
function readBody(data: unknown): unknown {
  const isRaw = /String|Buffer|Uint8|Blob/.test({}.toString.call(data))
  return isRaw ? new Response(data as BodyInit).json() : data
}

/** A request's `signal`, if any, and its old-style `cancelToken`. */
function both(signal: Abortable | undefined, token: CancelToken): Abortable {
  return {
    signal,
    get aborted() {
      return Boolean(token.reason ?? signal?.aborted)
    },
    addEventListener(type, listener) {
      token.subscribe(listener)
      signal?.addEventListener(type, listener)
    },
    removeEventListener(type, listener) {
      token.unsubscribe(listener)
      signal?.removeEventListener(type, listener)
    },
  }
}
