import { AxiosRequest, type Attachment } from './request.js'
import type { AxiosInstanceLike } from './instance.js'
import type { InternalAxiosRequestConfig } from 'axios'
import type { IsUnauthorized } from '../session/transport.js'
import type { Session } from '../session/session.js'

/** What {@link attachSession} takes besides. */
export interface AttachOptions {
  /** The app's own sign for "the token was refused", in the place of `status === 401`. */
  readonly isUnauthorized?: IsUnauthorized | undefined
}

/** What an instance is marked with while it is attached; the same for every copy of this package. */
const attachedKey = Symbol.for('tokenflight.attached')

interface Attached {
  readonly session: Session
  readonly detach: () => void
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
  if (attached)
    throw new TypeError('Another session is attached to this axios instance: detach that one first')
  const transport = session.openTransport({
    baseUrl: () => instance.defaults.baseURL,
    isUnauthorized: options.isUnauthorized,
  })
  const eject = intercept(instance, { instance, transport, lastSet: new Set() })
  const detach = (): void => {
    eject()
    delete marked[attachedKey]
    transport.close()
  }
  Object.defineProperty(instance, attachedKey, { value: { session, detach }, configurable: true })
  return detach
}

/**
 * Behaviour 16: the interceptor is synchronous and only wraps the adapter. What the adapter gets is the request
 * as it goes out, after every interceptor and transform of the app; a replay calls the inner adapter again.
 */
function intercept(instance: AxiosInstanceLike, attachment: Attachment): () => void {
  const onRequest = (given: unknown): never => {
    const config = given as InternalAxiosRequestConfig
    if (config.skipSession) return config as never
    const inner = config.adapter
    config.adapter = (final) => {
      // The final config shows the app's own adapter again, whoever looks at it from here on.
      if (inner) final.adapter = inner
      else delete final.adapter
      return AxiosRequest.send(attachment, final)
    }
    return config as never
  }
  const id = instance.interceptors.request.use(onRequest, null, { synchronous: true })
  return () => instance.interceptors.request.eject(id)
}

function checkArguments(
  instance: AxiosInstanceLike,
  session: Session,
  { isUnauthorized }: AttachOptions,
): void {
  const isInstance = typeof instance?.interceptors?.request?.use === 'function'
  if (!isInstance) throw new TypeError('Expected an axios instance as the first argument of attachSession')
  const isSession = typeof session?.openTransport === 'function'
  if (!isSession)
    throw new TypeError('Expected a session (of createSession) as the second argument of attachSession')
  if (isUnauthorized !== undefined && typeof isUnauthorized !== 'function') {
    throw new TypeError(`Expected \`isUnauthorized\` to be a function, got ${typeof isUnauthorized}`)
  }
}
