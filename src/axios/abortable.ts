import type { Abortable } from '../session/transport.js'
import type { InternalAxiosRequestConfig } from 'axios'

type CancelToken = NonNullable<InternalAxiosRequestConfig['cancelToken']> & {
  subscribe(listener: () => void): void
  unsubscribe(listener: () => void): void
}

/** What can abort this request: its `signal`, its old-style `cancelToken`, or both. */
export function abortableOf({ signal, cancelToken }: InternalAxiosRequestConfig): Abortable | undefined {
  if (!cancelToken) return signal as Abortable | undefined
  return both(signal as Abortable | undefined, cancelToken as CancelToken)
}

function both(signal: Abortable | undefined, token: CancelToken): Abortable {
  return {
    get aborted() {
      return token.reason !== undefined || signal?.aborted === true
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
