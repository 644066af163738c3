import {
  AxiosError,
  CanceledError,
  getAdapter,
  type AxiosAdapter,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios'
import { abortableOf } from './abortable.js'
import type { Abortable, Transport, TransportAnswer, TransportRequest } from '../session/transport.js'
import type { AxiosInstanceLike } from './instance.js'
import { fullUrl } from './full-url.js'
import { hasOwnCredentials } from './own-credentials.js'
import { isOneShot } from '../http/body.js'
import { readBody, release, responseOf } from './answer.js'
import { redirectGuard } from './redirect.js'
import type { SessionError } from '../errors.js'

/** One attached instance. */
export interface Attachment {
  readonly instance: AxiosInstanceLike
  readonly transport: Transport
  /** Values of the header that the session has set of late: found on a config, they are nobody's own. */
  readonly lastSet: Set<string>
}

/** How many of them are kept: requests on the wire carry the current one or the one before. */
const keptValues = 4

/** One axios request as the session sees it; the inner adapter is called with axios's own final config. */
export class AxiosRequest implements TransportRequest<AxiosResponse> {
  readonly method: string
  readonly url: string
  readonly isOneShot: boolean
  readonly signal: Abortable | undefined
  readonly timeoutMs: number | undefined
  readonly #config: InternalAxiosRequestConfig
  readonly #attachment: Attachment
  readonly #adapter: AxiosAdapter
  /** What the config had before a dispatch, while it is on its way. */
  #own: Pick<InternalAxiosRequestConfig, 'headers' | 'beforeRedirect'> | undefined

  /** Sends it with the session, or, where the caller has credentials of its own, without. */
  static send(attachment: Attachment, config: InternalAxiosRequestConfig): Promise<AxiosResponse> {
    const adapter = getAdapter(config.adapter as AxiosAdapter, config)
    if (hasOwnCredentials(attachment, config)) return adapter(config)
    return attachment.transport.send(new AxiosRequest(attachment, config, adapter))
  }

  constructor(attachment: Attachment, config: InternalAxiosRequestConfig, adapter: AxiosAdapter) {
    this.#attachment = attachment
    this.#config = config
    this.#adapter = adapter
    this.method = config.method ?? 'get'
    this.url = fullUrl(attachment.instance, config)
    this.isOneShot = config.data != null && isOneShot(config.data)
    this.signal = abortableOf(config)
    this.timeoutMs = config.timeout
  }

  dispatch(authorization: string | undefined): Promise<AxiosResponse> {
    if (authorization !== undefined) this.#putOn(authorization)
    return this.#adapter(this.#config)
  }

  settled(outcome: unknown): number | undefined {
    this.#takeOff()
    return responseOf(outcome)?.status
  }

  answerOf(outcome: unknown): TransportAnswer {
    const { status, headers, request, data } = responseOf(outcome)!
    const { responseURL, res } = (request ?? {}) as { responseURL?: string; res?: { responseUrl?: string } }
    return { status, headers, url: responseURL || res?.responseUrl, json: () => readBody(data) }
  }

  discard(outcome: unknown): void {
    release(responseOf(outcome)?.data)
  }

  annotate(outcome: unknown, error: SessionError): void {
    if (outcome instanceof Error) withCause(outcome, error)
  }

  rejection(error: SessionError, outcome: unknown): unknown {
    const config = this.#config
    // A canceled request is one that no retry plugin sends again.
    if (error.code === 'ERR_SESSION_CHANGED')
      return withCause(new CanceledError(error.message, config), error)
    if (outcome instanceof Error) return withCause(outcome, error)
    const response = outcome as AxiosResponse | undefined
    const code = response ? AxiosError.ERR_BAD_REQUEST : error.code
    return withCause(new AxiosError(error.message, code, config, response?.request, response), error)
  }

  aborted(): unknown {
    const { cancelToken } = this.#config
    // axios's own types say message; in fact it is the CanceledError itself.
    return cancelToken?.reason ?? new CanceledError(undefined, this.#config)
  }

  timedOut(): unknown {
    const { timeout, timeoutErrorMessage, transitional } = this.#config
    const code = transitional?.clarifyTimeoutError ? AxiosError.ETIMEDOUT : AxiosError.ECONNABORTED
    return new AxiosError(timeoutErrorMessage ?? `timeout of ${timeout}ms exceeded`, code, this.#config)
  }

  /**
   * Headers are cloned, not set: an adapter adds to them, and the replay must begin where the first send did.
   * The config itself stays the same object, which costs nothing and is what plugins compare.
   */
  #putOn(authorization: string): void {
    const config = this.#config
    const { headerName } = this.#attachment.transport
    const { headers, beforeRedirect } = config
    this.#own = { headers, ...(beforeRedirect && { beforeRedirect }) }
    config.headers = headers.concat()
    if (!authorization) return void config.headers.delete(headerName)
    config.headers.set(headerName, authorization)
    config.beforeRedirect = redirectGuard(this.url, headerName, beforeRedirect)
    remember(this.#attachment.lastSet, authorization)
  }

  /** Behaviour 17: before anyone sees it, the config is the app's own again. */
  #takeOff(): void {
    if (!this.#own) return
    const { headers, beforeRedirect } = this.#own
    this.#config.headers = headers
    if (beforeRedirect) this.#config.beforeRedirect = beforeRedirect
    else delete this.#config.beforeRedirect
    this.#own = undefined
  }
}

function remember(values: Set<string>, value: string): void {
  if (values.has(value)) return
  values.add(value)
  if (values.size > keptValues) for (const oldest of values) return void values.delete(oldest)
}

function withCause<T extends object>(error: T, cause: SessionError): T {
  return Object.defineProperty(error, 'cause', { value: cause, writable: true, configurable: true })
}
