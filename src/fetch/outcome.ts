import type { SessionError } from '../errors.js'
import type { TransportRequest } from '../session/transport.js'

type Reading = 'settled' | 'answerOf' | 'discard' | 'annotate' | 'rejection'

/** How the session reads what a fetch came to. */
export const reading: Pick<Required<TransportRequest<Response>>, Reading> = {
  // Nothing but a Response has `ok`: an abort may reject with anything, also with nothing.
  settled: (outcome: Response | null | undefined) => (outcome?.ok === undefined ? undefined : outcome.status),
  // The caller's answer stays unread.
  answerOf: (response: Response) => ({
    status: response.status,
    headers: response.headers,
    url: response.url,
    json: () => response.clone().json(),
  }),
  discard: release,
  annotate(response: Response, error) {
    // Where `getSessionError` looks for it, as on what axios rejects with. A mocked answer may be frozen.
    Reflect.defineProperty(response, 'cause', { value: error })
  },
  rejection: (error, response: Response | undefined) => (response ? withResponse(error, response) : error),
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
function withResponse(error: SessionError, response: Response): SessionError {
  const copy = Object.setPrototypeOf(new Error(), Object.getPrototypeOf(error) as object) as SessionError
  return Object.defineProperties(copy, {
    ...Object.getOwnPropertyDescriptors(error),
    // In some engines it is a getter, and would read what the copy has of its own.
    stack: { value: error.stack, writable: true, configurable: true },
    response: { value: response },
  })
}
