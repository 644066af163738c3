/** A promise that is settled from outside. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  resolve(value: T | PromiseLike<T>): void
  reject(reason?: unknown): void
}

/** Makes a promise that the test settles when its moment has come. */
export function deferred<T = void>(): Deferred<T> {
  let settle: Pick<Deferred<T>, 'resolve' | 'reject'> | undefined
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }))
  // The executor ran at once, so it is there; that is more than the compiler can know.
  const { resolve, reject } = settle as unknown as Pick<Deferred<T>, 'resolve' | 'reject'>
  return { promise, resolve, reject }
}
