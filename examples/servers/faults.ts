import type { ServerResponse } from 'node:http'
import { sendJson } from './messages.js'

/**
 * How a server can let its clients down: 'destroy' cuts the connection, 'hang' never answers, 'html' is the error
 * page of a proxy with a 200 on it, 'lose' does what was asked and then cuts the connection, so that nobody hears of it.
 */
export type Fault = 'destroy' | 'hang' | 'html' | 'lose' | FaultyStatus

/** An answer that is only a status, for example 503 with a Retry-After in seconds or as a date. */
interface FaultyStatus {
  readonly status: number
  readonly retryAfter?: number | string
  readonly body?: object
}

/** Lets the client down instead of answering. Returns the status that it got, if it got one. */
export function commit(fault: Fault, response: ServerResponse): number | undefined {
  if (typeof fault === 'object') return sendStatus(fault, response)
  if (fault === 'html') {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Back soon</h1>')
    return 200
  }
  if (fault !== 'hang') response.destroy()
  return undefined
}

function sendStatus({ status, retryAfter, body }: FaultyStatus, response: ServerResponse): number {
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
  sendJson(response, { status, headers, ...(body && { body }) })
  return status
}
