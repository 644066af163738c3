import { isAxiosError, type AxiosError } from 'axios'
import { getSessionError, type SessionError } from 'tokenflight/axios'

/** What a promise that has to reject rejects with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<AxiosError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error: error as AxiosError }),
  )
  if ('value' in outcome) throw new Error(`Expected a rejection, got ${JSON.stringify(outcome.value)}`)
  return outcome.error
}

/** The same for many, in their order. */
export function rejectionsOf(promises: readonly Promise<unknown>[]): Promise<AxiosError[]> {
  return Promise.all(promises.map(rejectionOf))
}

/** Our error behind what axios rejected with; that it is an AxiosError is checked on the way. */
export async function sessionErrorOf(
  promise: Promise<unknown>,
): Promise<SessionError & Record<string, unknown>> {
  const error = await rejectionOf(promise)
  expect(isAxiosError(error)).toBe(true)
  return getSessionError(error) as unknown as SessionError & Record<string, unknown>
}

/** Tells whether a promise has settled, at the moment of asking. */
export function watch<T>(promise: Promise<T>): { readonly settled: boolean; readonly promise: Promise<T> } {
  const watched = { settled: false, promise }
  const done = (): void => void (watched.settled = true)
  promise.then(done, done)
  return watched
}
