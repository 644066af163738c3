import type { SessionError } from '../errors.js'
import { withResponse } from './outcome.js'
import { reasonOf } from '../http/abort.js'
import type { Transport, TransportAnswer, TransportRequest } from '../session/transport.js'
import { absoluteUrl } from './absolute-url.js'
import { copyOf, withHeader, type CallHeaders } from './call-headers.js'
import { isOneShot } from '../http/body.js'

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

/** What a call was given: copied at once, as fetch does it, since the caller may change it while it is held. */
type CopiedInit = RequestInit & { readonly headers: CallHeaders }

/** Sends it with the session, or, where the caller wants none or has credentials of its own, without. */
export function send(
  sender: Sender,
  input: Parameters<typeof fetch>[0],
  init: SessionFetchInit | undefined,
): Promise<Response> {
  const { transport, inner, baseUrl } = sender
  const request: Partial<Request> = isRequest(input) ? input : {}
  const target = isRequest(input) ? input : absoluteUrl(String(input), baseUrl)
  if (init?.skipSession) return inner(target, init)
  const headers = copyOf(init?.headers ?? request.headers, transport.headerName)
  // What `{ Authorization: undefined }` comes to in Headers is no one's own, as none is; behaviour 3.
  const own = String(headers instanceof Headers ? headers.get(transport.headerName) : undefined)
  const isOwn = !/^(undefined|null)$/.test(own) && !transport.hasMade(own)
  if (isOwn) return inner(target, init)
  return new FetchRequest(sender, target, request, initOf(request, init, headers)).send()
}

/** By its parts and not by its class: polyfills and packages have their own. */
function isRequest(input: string | URL | Request): input is Request {
  return (input as Partial<Request>).headers !== undefined
}

/** Read by name, as fetch does it: an `init` may be a Request, whose members are getters. */
function initOf(
  { url, referrer, referrerPolicy }: Partial<Request>,
  init: SessionFetchInit | undefined,
  headers: CallHeaders,
): CopiedInit {
  const copy: Record<string, unknown> = {}
  for (const name in init) copy[name] = init[name as keyof SessionFetchInit]
  // Of what fetch knows, an empty init holds nothing: ky hands one on with each Request.
  const isEmpty = (name: string): boolean => copy[name] === undefined || name === 'skipSession'
  if (url !== undefined && Object.keys(copy).every(isEmpty)) {
    // Any other init makes fetch forget what a Request says of the referrer, which may be to tell none.
    if (referrerPolicy) copy['referrerPolicy'] = referrerPolicy
    if (referrer !== 'about:client') copy['referrer'] = referrer
  }
  return Object.assign(copy, { headers })
}

/** One call of fetch as the session sees it. */
class FetchRequest implements TransportRequest<Response> {
  readonly method: string
  readonly signal: AbortSignal | undefined
  readonly #sender: Sender
  /** What is handed on: the address as it will be sent, or the caller's own Request. */
  readonly #target: string | Request
  /** What a Request says where its init does not. */
  readonly #request: Partial<Request>
  readonly #init: CopiedInit
  #sent: Promise<Response> | undefined
  #spare: Request | undefined

  constructor(sender: Sender, target: string | Request, request: Partial<Request>, init: CopiedInit) {
    this.method = init.method ?? request.method ?? 'GET'
    this.signal = (init.signal === undefined ? request.signal : init.signal) ?? undefined
    this.#sender = sender
    this.#target = target
    this.#request = request
    this.#init = init
  }

  /** A Request has been resolved already, against the page; a polyfill's may not be. */
  get url(): string {
    const target = this.#target
    return typeof target === 'string' ? target : absoluteUrl(target.url, undefined)
  }

  get isOneShot(): boolean {
    return isOneShot(this.#init.body)
  }

  dispatch(authorization: string | undefined): Promise<Response> {
    const { transport, inner } = this.#sender
    // What was called before may look later at what it was called with.
    const headers = withHeader(this.#init.headers, transport.headerName, authorization)
    const init = { ...this.#init, headers }
    const next = this.#spare ?? this.#target
    // A Request with a body of its own is used up by its first send. The body is not looked at: some engines have no
    // way to, others make a stream of it, which is a copy.
    const isUsedUp = this.#request.url && init.body == null && !/^(get|head)$/i.test(this.method)
    this.#spare = isUsedUp ? (next as Request).clone?.() : undefined
    return (this.#sent = inner(next, init))
  }

  settled(outcome: unknown): number | undefined {
    // Nothing but a Response has `ok`: an abort may reject with anything, also with nothing.
    return 'ok' in Object(outcome) ? (outcome as Response).status : undefined
  }

  answerOf(response: Response): TransportAnswer {
    const { status, headers, url } = response
    // The caller's answer stays unread.
    return { status, headers, url, json: () => response.clone().json() }
  }

  /** Lets go of a body that nobody reads: it keeps its connection, or its bytes. */
  discard({ body }: { readonly body: Partial<ReadableStream> | null }): void {
    // One that is locked or read refuses, and React Native has none: then there is nothing to let go.
    body?.cancel?.().catch(() => {})
  }

  annotate(response: Response, error: SessionError): void {
    // Where `getSessionError` looks for it, as on what axios rejects with. A mocked answer may be frozen.
    Reflect.defineProperty(response, 'cause', { value: error })
  }

  rejection(error: SessionError, response: Response | undefined): unknown {
    return response ? withResponse(error, response) : error
  }

  aborted(): unknown {
    return reasonOf(this.signal)
  }

  send(): Promise<Response> {
    const promise = this.#sender.transport.send(this)
    // The port hands on the very promise of a dispatch that is not followed by another.
    if (promise === this.#sent && this.#spare) this.discard(this.#spare)
    return promise
  }
}
