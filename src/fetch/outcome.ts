import type { SessionError } from '../errors.js'

/** The answer in what a fetch fulfilled or rejected with; an abort may reject with anything. */
export function responseOf(outcome: unknown): Response | undefined {
  return typeof (outcome as Partial<Response> | null)?.ok === 'boolean' ? (outcome as Response) : undefined
}

/** Lets go of a body that nobody reads: it keeps its connection, or its bytes. */
export function release({ body }: { readonly body: Partial<ReadableStream> | null }): void {
  // One that is locked or read refuses, and React Native has none: then there is nothing to let go.
  body?.cancel?.().then(undefined, () => {})
}

/**
 * The error with the 401 that its request waited with. A copy: all who waited are given the same error. It is a
 * real Error, so that it is printed, logged and cloned as one; the answer is not among what is printed.
 */
export function withResponse(error: SessionError, response: Response): SessionError {
  const copy = Object.setPrototypeOf(new Error(), Object.getPrototypeOf(error) as object) as SessionError
  return Object.defineProperties(copy, {
    ...Object.getOwnPropertyDescriptors(error),
    // In some engines it is a getter, and would read what the copy has of its own.
    stack: { value: error.stack, writable: true, configurable: true },
    response: { value: response },
  })
}

/** What fetch rejects with where this signal has aborted. React Native's signals have no reason. */
export function reasonOf(signal: AbortSignal | undefined): unknown {
  const reason = signal?.reason as unknown
  return reason === undefined
    ? Object.assign(new Error('The request was aborted'), { name: 'AbortError' })
    : reason
}
