/** Lets one holder at a time into a named section; the shape of `navigator.locks` (Web Locks). */
export interface RefreshLock {
  /**
   * Waits for the lock, runs `callback`, frees the lock when its promise settles, and settles the same way.
   * Rejects with the signal's reason where `signal` aborts before the lock is had.
   */
  request<T>(name: string, options: { readonly signal?: AbortSignal }, callback: () => Promise<T>): Promise<T>
}
