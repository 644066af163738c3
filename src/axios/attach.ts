import type { AxiosInstanceLike } from './instance.js'
import { AxiosRequest, type Attachment } from './request.js'
import { expected } from '../options.js'
import { getAdapter, type AxiosAdapter, type InternalAxiosRequestConfig } from 'axios'
import { isLeftAlone } from './left-alone.js'
import type { IsUnauthorized, Transport } from '../session/transport.js'
import type { Session } from '../session/session.js'

/** What {@link attachSession} takes besides. */
export interface AttachOptions {
  /** The app's own sign for "the token was refused", in the place of `status === 401`. */
  readonly isUnauthorized?: IsUnauthorized | undefined
}

/** What an instance is marked with while it is attached; the same for every copy of this package. */
const attachedKey = Symbol.for('tokenflight.attached')

/** Where a wrapped adapter keeps what it wraps. */
const innerKey = Symbol.for('tokenflight.inner')

type Wrapper = AxiosAdapter & { [innerKey]?: AxiosAdapter }

/** What is left on an attached instance. */
export interface Attached {
  readonly session: Session
  readonly detach: () => void
  /** How a final config is sent over a port: `explain` hands in one that sends nothing. */
  readonly send: (port: Transport, config: InternalAxiosRequestConfig) => ReturnType<AxiosAdapter>
}

/**
 * Attaches a session to an axios instance: its requests carry the token, wait while it is renewed, and are sent
 * once more after a 401. Interceptors, transforms, adapters and plugins of the instance work as before, in
 * whatever order they are added; an interceptor that sets `config.adapter` after this one bypasses the session.
 *
 * @returns the way to take it off again: what is held rejects, no listener is left
 * @throws TypeError where this is no axios instance, or another session is attached to it
 * @example
 * const api = axios.create({ baseURL: 'https://api.example.com' })
 * attachSession(api, session)
 */
export function attachSession(
  instance: AxiosInstanceLike,
  session: Session,
  options: AttachOptions = {},
): () => void {
  checkArguments(instance, session, options)
  const marked = instance as { [attachedKey]?: Attached }
  const attached = marked[attachedKey]
  if (attached?.session === session) return attached.detach
  if (attached) throw new TypeError('Another session is attached to this instance: detach that one first')
  const { isUnauthorized } = options
  const transport = session.openTransport({ baseUrl: () => instance.defaults.baseURL, isUnauthorized })
  const attachment: Attachment = { instance, headerName: transport.headerName }
  const send: Attached['send'] = (port, config) => {
    // As axios itself does it: none means its own choice.
    const chosen = config.adapter || instance.defaults.adapter || ['xhr', 'http', 'fetch']
    const adapter =
      typeof chosen === 'function' ? (chosen as AxiosAdapter) : getAdapter(chosen as AxiosAdapter, config)
    if (isLeftAlone(instance, port, config)) return adapter(config)
    return port.send(new AxiosRequest(attachment, config, adapter))
  }
  const eject = intercept(instance, (config) => send(transport, config))
  const detach = (): void => {
    eject()
    // Called late, it takes nothing from a newer attachment.
    if (marked[attachedKey]?.detach === detach) delete marked[attachedKey]
    transport.close()
  }
  marked[attachedKey] = { session, detach, send }
  return detach
}

/**
 * Behaviour 16: the interceptor is synchronous and only wraps the adapter. What `send` gets is the request as it
 * goes out, after every interceptor and transform of the app; a replay calls the inner adapter again.
 */
function intercept({ interceptors: { request } }: AxiosInstanceLike, send: AxiosAdapter): () => void {
  const wrapAdapter = (given: unknown): never => {
    const config = given as InternalAxiosRequestConfig & { adapter: AxiosAdapter }
    const { signal, cancelToken } = config
    // A config that never reached its adapter comes back with our wrapper on it: it is not wrapped twice.
    const adapter = (config.adapter as Wrapper | undefined)?.[innerKey] ?? config.adapter
    // axios itself will refuse it, with this config.
    if (signal?.aborted || cancelToken?.reason) return config as never
    const wrapper: Wrapper = (final) => {
      // The final config shows the app's own adapter again, whoever looks at it from here on.
      final.adapter = adapter
      return send(final)
    }
    wrapper[innerKey] = adapter
    config.adapter = wrapper
    return config as never
  }
  const id = request.use(wrapAdapter, undefined, { synchronous: true })
  return () => request.eject(id)
}

function checkArguments(
  instance: AxiosInstanceLike,
  session: Session,
  { isUnauthorized }: AttachOptions,
): void {
  if (!instance?.interceptors?.request || !session?.openTransport) {
    const got = `${typeof instance} and ${typeof session}`
    throw new TypeError(`Expected an axios instance and a session, got ${got}`)
  }
  if (isUnauthorized !== undefined && typeof isUnauthorized !== 'function')
    expected('isUnauthorized', 'a function', typeof isUnauthorized)
}
