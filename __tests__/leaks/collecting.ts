/** What the collector leaves of things, told by weak references. Needs --expose-gc. */

/** Things by name, held weakly. */
export type Watched = Readonly<Record<string, WeakRef<object>>>

/** Holds them weakly; the caller lets go of them. */
export function watch(things: Readonly<Record<string, object>>): Watched {
  return Object.fromEntries(Object.entries(things).map(([name, thing]) => [name, new WeakRef(thing)]))
}

/** Which of them are still there when everything that can be collected is. */
export async function leftOf(watched: Watched): Promise<string[]> {
  const left = (): string[] => Object.keys(watched).filter((name) => watched[name]?.deref() !== undefined)
  // A weak reference holds on until the task in which it was looked at has ended.
  for (let round = 0; round < 10; round++) {
    await nextTask()
    collect()
  }
  await nextTask()
  return left()
}

/** The heap in bytes after a collection. */
export async function heapBytes(): Promise<number> {
  for (let round = 0; round < 4; round++) {
    await nextTask()
    collect()
  }
  return process.memoryUsage().heapUsed
}

function collect(): void {
  if (!globalThis.gc) throw new Error('Expected --expose-gc')
  globalThis.gc()
}

export function nextTask(): Promise<void> {
  return new Promise((next) => setImmediate(next))
}
