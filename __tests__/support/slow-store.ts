import type { StoredRecord, TokenStore } from 'tokenflight/axios'

/** How long each call takes by the clock of the test, in milliseconds. May be changed in the middle of it. */
export interface CallTimes {
  get: number
  set: number
  clear: number
}

/** A place whose store answers late: a read has what was there when it began, the others act when they end. */
export interface SlowPlace {
  /** What is there now. Set by the test, it is someone else's doing. */
  found: StoredRecord | undefined
  readonly times: CallTimes
  readonly store: TokenStore
  /** The notice that someone else has changed it. */
  tell(): void
}

let count = 0

/** Makes a shared place with a name of its own. Calls do not wait for each other: order is the session's task. */
export function slowPlace(times: Partial<CallTimes> = {}): SlowPlace {
  const listeners = new Set<() => void>()
  const place: SlowPlace = {
    found: undefined,
    times: { get: 10, set: 10, clear: 10, ...times },
    tell: () => listeners.forEach((listener) => listener()),
    store: {
      name: `slow-${++count}`,
      async get() {
        const was = place.found
        await takes(place.times.get)
        return was
      },
      async set(record) {
        await takes(place.times.set)
        place.found = record
      },
      async clear() {
        await takes(place.times.clear)
        place.found = undefined
      },
      subscribe(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    },
  }
  return place
}

function takes(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms))
}
