import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { Arrivals } from './arrivals.js'
import { Gate } from './gate.js'
import { LoopbackServer } from './loopback-server.js'
import {
  cookieOf,
  readBody,
  recordOf,
  sendJson,
  type Answer,
  type OpenRecord,
  type RecordedRequest,
} from './messages.js'
import { accessTokenCookie } from './token-answers.js'

/** What an API server needs. */
export interface ApiServerOptions {
  /** Whose an access token is, if it is alive; the server believes nothing else. */
  readonly introspect: (accessToken: string) => { readonly subject: string } | undefined
  /** How long each answer takes, for a picture that shows something. Default 0. */
  readonly latencyMs?: number
}

/** What the API answers to a live token. */
interface Echo {
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly who: string
}

/** An API on loopback that echoes what it is asked, says 401 to dead tokens (RFC 6750 §3) and records everything. */
export class ApiServer {
  /** Every request, in the order of arrival. */
  readonly requests: RecordedRequest[] = []
  readonly #server = new LoopbackServer((request, response) => this.#handle(request, response))
  readonly #introspect: ApiServerOptions['introspect']
  readonly #latencyMs: number
  readonly #gate = new Gate()
  readonly #arrivals = new Arrivals()
  #heldPath: string | undefined

  constructor({ introspect, latencyMs = 0 }: ApiServerOptions) {
    this.#introspect = introspect
    this.#latencyMs = latencyMs
  }

  get origin(): string {
    return this.#server.origin
  }

  /** Connections open now: none is left when a client has released all that it was answered. */
  get openConnections(): number {
    return this.#server.openConnections
  }

  async start(): Promise<this> {
    await this.#server.start()
    return this
  }

  async close(): Promise<void> {
    this.#gate.release()
    await this.#server.close()
  }

  /** The requests that were answered with this status, in the order of arrival. */
  answered(status: number): RecordedRequest[] {
    return this.requests.filter((request) => request.status === status)
  }

  /** Answers wait until `release()`, all or those of one path; what they say is decided before they wait. */
  hold(path?: string): void {
    this.#heldPath = path
    this.#gate.hold()
  }

  /** Lets on those that wait: so many, or all. */
  release(count?: number): void {
    this.#gate.release(count)
  }

  /** Resolves when so many requests have come, with their bodies, since the start. */
  arrived(count: number): Promise<void> {
    return this.#arrivals.reached(count)
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const record = recordOf(request)
    this.requests.push(record)
    record.body = await readBody(request)
    const answer = this.#decide(record, cookieOf(request, accessTokenCookie))
    record.status = answer.status
    this.#arrivals.add()
    if (this.#latencyMs) await pause(this.#latencyMs)
    if (this.#heldPath === undefined || this.#heldPath === record.path) await this.#gate.pass()
    sendJson(response, answer)
  }

  #decide(record: OpenRecord, cookie: string | undefined): Answer {
    const token = bearerToken(record.authorization) ?? cookie
    if (!token) return { status: 401, headers: { 'www-authenticate': 'Bearer realm="api"' } }
    const owner = this.#introspect(token)
    if (!owner)
      return { status: 401, headers: { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' } }
    return { status: 200, body: echo(record, owner.subject) }
  }
}

function echo({ method, path, body, headers }: OpenRecord, who: string): Echo {
  const isJson = String(headers['content-type']).startsWith('application/json')
  return { method, path, body: isJson && body ? JSON.parse(body) : body, who }
}

/** The scheme is written in any case (RFC 9110 §11.1). */
function bearerToken(authorization = ''): string | undefined {
  return /^bearer +(\S+)$/i.exec(authorization)?.[1]
}
