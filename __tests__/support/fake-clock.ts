/** Where the clock of a test stands at first. */
export const start = Date.UTC(2030, 0, 1)

/**
 * To be called once at the top of a file, after `useBench`: timers and the clock move only when the test says so,
 * and a timer that is left behind fails it.
 */
export function useFakeClock(): void {
  beforeEach(() => {
    jest.useFakeTimers({
      now: start,
      doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'hrtime', 'performance'],
    })
  })
  afterEach(() => {
    const left = jest.getTimerCount()
    jest.useRealTimers()
    expect(left).toBe(0)
  })
}

/** Moves clock and timers on, with all that happens on the way. */
export async function pass(ms: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(ms)
  await turn()
}

/** Lets all that can happen without time passing happen. */
export function turn(): Promise<void> {
  return new Promise((next) => setImmediate(next))
}

/** Milliseconds since the start of the test. */
export function elapsed(): number {
  return Date.now() - start
}
