/**
 * For development: a panel that draws a session as it happens, the same story as lines of text, and why a request
 * would get the token or not. Nothing else imports it.
 *
 * @packageDocumentation
 */
export { mountDevtools, type DevtoolsOptions } from './devtools/mount.js'
export { defineDevtools, type DevtoolsElement } from './devtools/element.js'
export { logSession } from './devtools/log-session.js'
export { explain } from './devtools/explain.js'
export type { ExplainableInstance } from './devtools/probe.js'
