import type { Attached } from '../axios/attach.js'
import type { AxiosInstanceLike } from '../axios/instance.js'
import { insideOf } from './inside.js'
import type { Session } from '../session/session.js'
import type { SessionFetch, Wrapped } from '../fetch/create-fetch.js'
import type { SessionFetchInit } from '../fetch/request.js'
import type { Transport, TransportRequest } from '../session/transport.js'

/** An axios instance whose requests can be put together without being sent. */
export interface ExplainableInstance extends AxiosInstanceLike {
  /** As axios has it: an instance with these defaults and without interceptors. axios 1.7 has it, but not in its types. */
  create?(config: object): { request(config: object): Promise<unknown> }
}

/** How far a request came on its adapter's own way. */
export type Probed = { readonly method: string; readonly url: string } & (
  | {
      readonly came: 'toSession'
      readonly request: TransportRequest<unknown>
      readonly base: string | undefined
    }
  /** The adapter leaves it alone: the caller has said who it is, or wants no session. */
  | { readonly came: 'around'; readonly because: 'skipSession' | 'auth' | 'header' }
  /** `isOther`: another session is attached there. */
  | { readonly came: 'unattached'; readonly isOther: boolean }
  | { readonly came: 'nowhere'; readonly error: unknown }
)

/** The same key as the adapters mark what they attach with. */
const attachedKey = Symbol.for('tokenflight.attached')

/** A config as axios hands it to an adapter; named through the adapter, so that axios itself is not needed here. */
type FinalConfig = Parameters<Attached['send']>[1]

/** What a port that sends nothing has learned. */
type Reached = { request?: TransportRequest<unknown>; isAround?: boolean }

/** Nobody waits for it, and no interceptor is told of an answer that never came. */
const never = (): Promise<never> => new Promise(() => {})

/** A port that takes requests in and keeps them. */
function portOf(session: Session, reached: Reached): Transport {
  const { core } = insideOf(session)
  return {
    headerName: core.settings.headerName,
    hasMade: (value) => core.hasMade(value),
    report: () => {},
    close: () => {},
    send(request) {
      reached.request = request
      return never()
    },
  }
}

/** Puts the request together as axios does, without the app's interceptors, up to where it would leave. */
export async function probeAxios(
  instance: ExplainableInstance,
  session: Session,
  given: { readonly method?: string; readonly url?: string },
): Promise<Probed> {
  const { method = 'get', url = '/' } = given
  const named = { method: method.toUpperCase(), url }
  const attached = (instance as { [attachedKey]?: Attached })[attachedKey]
  if (!attached || attached.session !== session)
    return { ...named, came: 'unattached', isOther: Boolean(attached) }
  const reached: Reached & { config?: FinalConfig } = {}
  const port = portOf(session, reached)
  const bare = (instance as Required<ExplainableInstance>).create({})
  const failure = await new Promise<unknown>((resolve) => {
    const adapter = (config: FinalConfig): Promise<never> => {
      // Called by axios first, and once more by what leaves the request alone.
      if (!reached.config) {
        reached.config = config
        void attached.send(port, config)
        resolve(undefined)
      }
      return never()
    }
    bare.request({ ...given, adapter }).catch(resolve)
  })
  const { request, config } = reached
  if (request) {
    const base = instance.defaults.baseURL
    return { method: request.method.toUpperCase(), url: request.url, came: 'toSession', request, base }
  }
  if (!config) return { ...named, came: 'nowhere', error: failure }
  const because = config.skipSession ? 'skipSession' : config.auth ? 'auth' : 'header'
  return { ...named, came: 'around', because }
}

/** Hands the arguments to the wrapped function itself, over a port and a fetch that send nothing. */
export async function probeFetch(
  wrapped: SessionFetch,
  session: Session,
  input: Parameters<typeof fetch>[0],
  init: SessionFetchInit | undefined,
): Promise<Probed> {
  const { method, url: address } = Object(input) as Partial<Request>
  const named = {
    method: (init?.method ?? method ?? 'get').toUpperCase(),
    url: address ?? `${input as string}`,
  }
  const mark = (wrapped as { [attachedKey]?: Wrapped })[attachedKey]
  if (!mark || mark.session !== session) return { ...named, came: 'unattached', isOther: Boolean(mark) }
  const reached: Reached = {}
  const probe = mark.over(portOf(session, reached), () => {
    reached.isAround = true
    return never()
  })
  const failed = probe(input, init)
  const { request, isAround } = reached
  if (request) return { ...named, url: request.url, came: 'toSession', request, base: mark.baseUrl }
  if (isAround) return { ...named, came: 'around', because: init?.skipSession ? 'skipSession' : 'header' }
  return { ...named, came: 'nowhere', error: await failed.catch((error: unknown) => error) }
}
