/** Where the wall clock stands at first. */
const start = Date.UTC(2030, 0, 1)

interface FakeTimer {
  readonly due: number
  readonly place: number
  readonly callback: () => void
  isRef: boolean
}

/**
 * The time of one world. Jest's own fake timers do not show which timer is next, and moving them is too slow for
 * a hundred thousand programs. Timers run on a monotonic time; the wall clock can be set beside it.
 */
export class Clock {
  /** Milliseconds that have truly passed. */
  elapsed = 0
  #skew = start
  #made = 0
  readonly #timers = new Set<FakeTimer>()

  /** What `Date.now()` would say. */
  get wall(): number {
    return this.elapsed + this.#skew
  }

  get timers(): number {
    return this.#timers.size
  }

  /** Timers that would keep a process alive. */
  get refs(): number {
    return [...this.#timers].filter(({ isRef }) => isRef).length
  }

  /** The wall clock is set, or the machine's idea of time is corrected: no timer is moved. */
  jump(ms: number): void {
    this.#skew += ms
  }

  /** Lets time pass up to the next timer and fires it; false where there is none within `limitMs`. */
  fireNext(limitMs = Infinity): boolean {
    const next = [...this.#timers].sort((one, two) => one.due - two.due || one.place - two.place)[0]
    if (!next || next.due > this.elapsed + limitMs) return false
    this.elapsed = Math.max(this.elapsed, next.due)
    this.#timers.delete(next)
    next.callback()
    return true
  }

  /** Takes the place of the global timers, and of chance. Returns the way back. */
  install(): () => void {
    const { setTimeout, clearTimeout } = globalThis
    const { random } = Math
    const fakes = { setTimeout: this.#set, clearTimeout: this.#clear }
    Object.assign(globalThis, fakes)
    Math.random = seeded()
    return () => {
      Object.assign(globalThis, { setTimeout, clearTimeout })
      Math.random = random
    }
  }

  readonly #set = (callback: () => void, ms = 0): object => {
    const timer: FakeTimer = { due: this.elapsed + ms, place: this.#made++, callback, isRef: true }
    this.#timers.add(timer)
    return Object.assign(timer, {
      ref: () => void (timer.isRef = true),
      unref: () => void (timer.isRef = false),
    })
  }

  readonly #clear = (timer: unknown): void => void this.#timers.delete(timer as FakeTimer)
}

/** The same chance for every run, so that a program can be run again (mulberry32). */
function seeded(): () => number {
  let state = 1
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
