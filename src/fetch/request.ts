import { reading, release } from './outcome.js'
import { reasonOf } from '../http/abort.js'
import type { Transport } from '../session/transport.js'
import { absoluteUrl } from './absolute-url.js'
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

/** What a call comes to: copied at once, as fetch does it, since the caller may change it while it is held. */
interface Call {
  /** What is handed on: the address as it will be sent, or the caller's own Request. */
  readonly target: string | Request
  /** What a Request says where its init does not. */
  readonly request: Partial<Request>
  readonly init: RequestInit & { readonly headers: Headers }
}

/** Sends it with the session, or, where the caller wants none or has credentials of its own, without. */
export function send(
  { transport, inner, baseUrl }: Sender,
  input: Parameters<typeof fetch>[0],
  init: SessionFetchInit | undefined,
): Promise<Response> {
  const request: Partial<Request> = isRequest(input) ? input : {}
  const target = isRequest(input) ? input : absoluteUrl(String(input), baseUrl)
  if (init?.skipSession) return inner(target, init)
  const headers = new Headers(init?.headers ?? request.headers)
  const own = headers.get(transport.headerName)
  // What `{ Authorization: undefined }` comes to in Headers is no one's own; behaviour 3.
  const isOwn = own !== null && !/^(undefined|null)$/.test(own) && !transport.hasMade(own)
  if (isOwn) return inner(target, init)
  headers.delete(transport.headerName)
  return sendWith(transport, inner, { target, request, init: initOf(request, init, headers) })
}

/** By its parts and not by its class: polyfills and packages have their own. */
function isRequest(input: string | URL | Request): input is Request {
  return (input as Partial<Request>).headers !== undefined
}

/** Read by name, as fetch does it: an `init` may be a Request, whose members are getters. */
function initOf(
  { url, referrer, referrerPolicy }: Partial<Request>,
  init: SessionFetchInit | undefined,
  headers: Headers,
): Call['init'] {
  const copy: Record<string, unknown> = {}
  for (const name in init) copy[name] = init[name as keyof SessionFetchInit]
  if (url !== undefined && !init) {
    // Any init at all makes fetch forget what a Request says of the referrer, which may be to tell none.
    if (referrerPolicy) copy['referrerPolicy'] = referrerPolicy
    if (referrer !== 'about:client') copy['referrer'] = referrer
  }
  return { ...copy, headers }
}

function sendWith(
  transport: Transport,
  inner: typeof fetch,
  { target, request, init }: Call,
): Promise<Response> {
  const method = init.method ?? request.method ?? 'GET'
  const signal = (init.signal === undefined ? request.signal : init.signal) ?? undefined
  // A Request with a body of its own is used up by its first send. The body is not looked at: some engines have no
  // way to, others make a stream of it, which is a copy.
  const isUsedUp = request.url !== undefined && init.body == null && !/^(get|head)$/i.test(method)
  let spare: Request | undefined
  let sent: Promise<Response> | undefined
  const promise = transport.send<Response>({
    method,
    // A Request has been resolved already, against the page; a polyfill's may not be.
    url: typeof target === 'string' ? target : absoluteUrl(target.url, undefined),
    isOneShot: isOneShot(init.body),
    signal,
    ...reading,
    dispatch(authorization) {
      // What was called before may look later at what it was called with.
      const own = sent ? { ...init, headers: new Headers(init.headers) } : init
      const { headers } = own
      if (authorization) headers.set(transport.headerName, authorization)
      else headers.delete(transport.headerName)
      const next = spare ?? target
      spare = sent || !isUsedUp ? undefined : request.clone?.()
      return (sent = inner(next, own))
    },
    aborted: () => reasonOf(signal),
  })
  // The port hands on the very promise of a dispatch that is not followed by another.
  if (promise === sent && spare) release(spare)
  return promise
}
