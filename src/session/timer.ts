/** A timer that keeps no process alive until someone waits for it. */
export interface Timer {
  /** While someone waits, the process stays until it fires. */
  hold(isHeld: boolean): void
  clear(): void
}

/** A longer delay would end at once. */
const longestMs = 2 ** 31 - 1

/** Calls `callback` once after `ms`, or after the longest time that a timer can wait. */
export function startTimer(ms: number, callback: () => void): Timer {
  // Browsers and React Native answer with a number, Node with an object that has ref and unref.
  const timer = setTimeout(callback, Math.min(Math.max(ms, 0), longestMs)) as unknown as {
    ref?(): void
    unref?(): void
  }
  timer.unref?.()
  return {
    hold: (isHeld) => (isHeld ? timer.ref?.() : timer.unref?.()),
    clear: () => clearTimeout(timer as unknown as number),
  }
}

/** Settles as a store's call does, or rejects after `ms` or when `signal` aborts. A late answer is let go. */
export function within<T>(ms: number, signal: AbortSignal, call: PromiseLike<T>): Promise<T> {
  // After the end there is nothing that could call a timer off.
  if (signal.aborted) return Promise.resolve(call)
  return new Promise<T>((resolve, reject) => {
    const giveUp = (): void => {
      stop()
      reject(new Error(`It did not answer within ${Math.round(ms)} ms`))
    }
    const stop = (): void => {
      timer.clear()
      signal.removeEventListener('abort', giveUp)
    }
    const timer = startTimer(ms, giveUp)
    signal.addEventListener('abort', giveUp)
    call.then(resolve, reject)
    call.then(stop, stop)
  })
}
