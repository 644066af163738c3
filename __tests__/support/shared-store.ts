import { memoryStore, type TokenStore } from 'tokenflight/axios'

/** A place that several sessions of one process share, as tabs share localStorage. */
export interface SharedPlace {
  /** One session's own way to it. Told of what the others change, never of its own. */
  open(options?: { readonly hears?: boolean }): TokenStore
  /** The record in it. */
  readonly found: ReturnType<TokenStore['get']>
  readonly listeners: number
}

let count = 0

/** Makes a place with a name of its own. */
export function sharedPlace(name = `shared-${++count}`): SharedPlace {
  const inner = memoryStore()
  const listeners = new Map<object, () => void>()
  const tell = (teller: object): void => {
    for (const [owner, listener] of [...listeners]) if (owner !== teller) listener()
  }
  return {
    get found() {
      return inner.get()
    },
    get listeners() {
      return listeners.size
    },
    open({ hears = false } = {}) {
      const owner = {}
      return {
        name,
        get: () => inner.get(),
        set: (record) => (inner.set(record), tell(owner)),
        clear: () => (inner.clear(), tell(owner)),
        ...(hears && {
          subscribe(listener: () => void) {
            listeners.set(owner, listener)
            return () => void listeners.delete(owner)
          },
        }),
      }
    },
  }
}
