/**
 * A session for an axios instance that is already there. Re-exports the core, so that set-up is one import.
 *
 * @packageDocumentation
 */
export * from './index.js'
export { attachSession, type AttachOptions } from './axios/attach.js'
export type { AxiosInstanceLike } from './axios/instance.js'

declare module 'axios' {
  // Without type parameters: axios versions differ in how many there are.
  export interface AxiosRequestConfig {
    /** True: the session leaves this request wholly alone. No token, no hold, no renewal. Default false. */
    skipSession?: boolean
  }
}
