interface Held {
  readonly name: string
  readonly mode: 'shared' | 'exclusive'
  readonly released: Promise<unknown>
}
type Callback = () => Promise<unknown>

/** `navigator.locks`, one for all "processes" of a test: exclusive and shared locks, and what is held. */
export class LocksDouble {
  readonly #held = new Set<Held>()
  readonly #queues = new Map<string, Promise<unknown>>()

  readonly request = async (name: string, ...rest: [object, Callback] | [Callback]): Promise<unknown> => {
    const callback = rest.at(-1) as Callback
    const { mode = 'exclusive', signal } = (rest.length > 1 ? rest[0] : {}) as {
      mode?: Held['mode']
      signal?: AbortSignal
    }
    if (!['shared', 'exclusive'].includes(mode)) throw new TypeError(`'${mode}' is not a LockMode`)
    const before = mode === 'shared' ? undefined : this.#queues.get(name)
    let release!: () => void
    const released = new Promise<void>((resolve) => (release = resolve))
    if (mode === 'exclusive') this.#queues.set(name, Promise.all([before, released]))
    await before
    if (signal?.aborted) {
      release()
      throw signal.reason
    }
    const held = { name, mode, released }
    this.#held.add(held)
    try {
      return await callback()
    } finally {
      this.#held.delete(held)
      release()
    }
  }

  readonly query = async (): Promise<{ held: { name: string }[] }> => ({
    held: [...this.#held].map(({ name }) => ({ name })),
  })

  get names(): string[] {
    return [...this.#held].map(({ name }) => name)
  }
}

/** To be called once at the top of a file: `navigator.locks` is a new double for each of its tests. */
export function useLocks(): { readonly locks: LocksDouble } {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator')
  const now = { locks: new LocksDouble() }
  beforeEach(() => {
    now.locks = new LocksDouble()
    Object.defineProperty(globalThis, 'navigator', { configurable: true, value: now })
  })
  afterEach(() => {
    delete (globalThis as { navigator?: unknown }).navigator
    if (before) Object.defineProperty(globalThis, 'navigator', before)
  })
  return now
}
