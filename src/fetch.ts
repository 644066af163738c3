/**
 * A session for `fetch`, and for every library that accepts a fetch function. Re-exports the core, so that
 * set-up is one import.
 *
 * @packageDocumentation
 */
export * from './index.js'
export { createFetch, type FetchOptions, type SessionFetch } from './fetch/create-fetch.js'
export type { SessionFetchInit } from './fetch/request.js'

declare module './errors.js' {
  export interface SessionError {
    /** With fetch: the answer that refused the token, unread, where there was one. Not with axios. */
    readonly response?: Response
  }
}
