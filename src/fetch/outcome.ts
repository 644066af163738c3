import type { SessionError } from '../errors.js'

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
