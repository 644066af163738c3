/**
 * For development: a panel that draws a session as it happens, the same story as lines of text, and why a request
 * would get the token or not. Nothing else imports it. Of the core it exports the types alone.
 *
 * @packageDocumentation
 */
export type * from './index.js'
export { mountDevtools, type DevtoolsOptions } from './devtools/mount.js'
export { defineDevtools, type DevtoolsElement } from './devtools/element.js'
export { logSession } from './devtools/log-session.js'
export { explain } from './devtools/explain.js'
export type { ExplainableInstance } from './devtools/probe.js'
export type { AxiosInstanceLike } from './axios/instance.js'
export type { SessionFetch } from './fetch/create-fetch.js'
export type { SessionFetchInit } from './fetch/request.js'
