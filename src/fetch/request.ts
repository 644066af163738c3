import { reasonOf, release, responseOf, withResponse } from './outcome.js'
import type { Transport, TransportAnswer, TransportRequest } from '../session/transport.js'
import { absoluteUrl } from './absolute-url.js'
import { isOneShot } from '../http/body.js'
import type { SessionError } from '../errors.js'

/** The `init` of fetch, as the runtime's own types have it, and one member more. */
export type SessionFetchInit = NonNullable<Parameters<typeof fetch>[1]> & {
  /** True: the session leaves this request wholly alone. No token, no hold, no renewal. Default false. */
  readonly skipSession?: boolean | undefined
}

/** How the requests of one wrapped function are sent. */
export interface Sender {
  readonly transport: Transport
  readonly baseUrl: string | undefined
  readonly inner: typeof fetch
}

/** Sends it with the session, or, where the caller wants none or has credentials of its own, without. */
export function send(
  sender: Sender,
  input: Parameters<typeof fetch>[0],
  init: SessionFetchInit | undefined,
): Promise<Response> {
  const { transport, inner } = sender
  const target = isRequest(input) ? input : absoluteUrl(String(input), sender.baseUrl)
  if (init?.skipSession) return inner(target, init)
  const headers = new Headers(init?.headers ?? saidBy(target).headers)
  const own = headers.get(transport.headerName)
  if (own !== null && !isNobodys(own) && !transport.hasMade(own)) return inner(target, init)
  headers.delete(transport.headerName)
  return new FetchRequest(sender, target, initOf(target, init, headers)).send()
}

/** By its parts and not by its class: polyfills and packages have their own. */
function isRequest(input: string | URL | Request): input is Request {
  return (input as Partial<Request>).headers !== undefined
}

/** What a request says where its init does not. */
function saidBy(target: string | Request): Partial<Request> {
  return typeof target === 'string' ? {} : target
}

/** What `{ Authorization: undefined }` comes to in Headers is no one's own; behaviour 3. */
function isNobodys(value: string): boolean {
  return value === 'undefined' || value === 'null'
}

/**
 * Copied at once, as fetch does it: the caller may change it while the request is held. Read by name, as fetch
 * does it: an `init` may be a Request, whose members are getters.
 */
function initOf(target: string | Request, init: SessionFetchInit | undefined, headers: Headers): Init {
  const copy: Record<string, unknown> = {}
  for (const name in init) copy[name] = init[name as keyof SessionFetchInit]
  if (!init && typeof target !== 'string') {
    // Any init at all makes fetch forget what a Request says of the referrer, which may be to tell none.
    const { referrer, referrerPolicy } = target
    if (referrerPolicy) copy['referrerPolicy'] = referrerPolicy
    if (referrer !== 'about:client') copy['referrer'] = referrer
  }
  return { ...copy, headers }
}

type Init = RequestInit & { readonly headers: Headers }

/** One call of fetch as the session sees it. */
class FetchRequest implements TransportRequest<Response> {
  readonly method: string
  readonly url: string
  readonly isOneShot: boolean
  readonly signal: AbortSignal | undefined
  readonly #sender: Sender
  readonly #target: string | Request
  readonly #init: Init
  /** A Request is used up where its own body is sent: this one is for the replay. */
  #spare: Request | undefined
  #sent: Promise<Response> | undefined

  constructor(sender: Sender, target: string | Request, init: Init) {
    const { method = 'GET', signal, url } = saidBy(target)
    this.#sender = sender
    this.#target = target
    this.#init = init
    this.method = init.method ?? method
    // A Request has been resolved already, against the page; a polyfill's may not be.
    this.url = url === undefined ? (target as string) : absoluteUrl(url, undefined)
    this.isOneShot = isOneShot(init.body)
    this.signal = (init.signal === undefined ? signal : init.signal) ?? undefined
  }

  send(): Promise<Response> {
    const promise = this.#sender.transport.send(this)
    // The port hands on the very promise of a dispatch that is not followed by another.
    if (promise === this.#sent && this.#spare) release(this.#spare)
    return promise
  }

  dispatch(authorization: string | undefined): Promise<Response> {
    const { transport, inner } = this.#sender
    const { headers } = this.#init
    headers.delete(transport.headerName)
    if (authorization) headers.set(transport.headerName, authorization)
    const target = this.#spare ?? this.#target
    this.#spare = this.#sent ? undefined : this.#clone()
    return (this.#sent = inner(target, this.#init))
  }

  settled(outcome: unknown): number | undefined {
    return responseOf(outcome)?.status
  }

  answerOf(outcome: unknown): TransportAnswer {
    const response = outcome as Response
    const { status, headers, url } = response
    // The caller's answer stays unread.
    return { status, headers, url, json: () => response.clone().json() }
  }

  discard(outcome: unknown): void {
    release(outcome as Response)
  }

  annotate(outcome: unknown, error: SessionError): void {
    // Where `getSessionError` looks for it, as on what axios rejects with. A mocked answer may be frozen.
    Reflect.defineProperty(outcome as Response, 'cause', { value: error })
  }

  rejection(error: SessionError, outcome: unknown): SessionError {
    return outcome ? withResponse(error, outcome as Response) : error
  }

  aborted(): unknown {
    return reasonOf(this.signal)
  }

  /**
   * Only a Request's own body needs it: what stands in an init is there for the replay. The body is not looked at:
   * some engines have no way to, others make a stream of it, and then a clone is a copy.
   */
  #clone(): Request | undefined {
    const isInInit = typeof this.#target === 'string' || this.#init.body != null
    return isInInit || /^(get|head)$/i.test(this.method) ? undefined : this.#target.clone()
  }
}
