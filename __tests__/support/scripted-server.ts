import type { IncomingMessage, ServerResponse } from 'node:http'
import { Arrivals } from '../../examples/servers/arrivals.js'
import { Gate } from '../../examples/servers/gate.js'
import { LoopbackServer } from '../../examples/servers/loopback-server.js'

/** One request as it reached the server. */
export interface ScriptedRequest {
  /** Counts the requests to this server from 1. */
  readonly index: number
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly authorization: string | undefined
  /** The body's bytes, for the tests that compare them. */
  readonly bytes: Buffer
  readonly text: string
}

/** What the script says: an answer, or the connection is cut, or nobody ever answers. */
export type ScriptedAnswer = 'destroy' | 'hang' | ScriptedReply

/** An answer; an object as `body` goes out as JSON. Status 200 where none is said. */
export interface ScriptedReply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: object | string | Buffer
}

/** Decides on one request. It may wait for a deferred of the test. */
export type Script = (request: ScriptedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>

/** A real server on loopback that answers as the test says, and keeps what reached it. */
export class ScriptedServer {
  /** Every request, in the order in which they were read. */
  readonly requests: ScriptedRequest[] = []
  /** May be replaced in the middle of a test. */
  script: Script
  /** Requests wait here, recorded but before the script sees them. */
  readonly gate = new Gate()
  readonly #arrivals = new Arrivals()
  readonly #server = new LoopbackServer((request, response) => this.#handle(request, response))

  constructor(script: Script) {
    this.script = script
  }

  get origin(): string {
    return this.#server.origin
  }

  get openConnections(): number {
    return this.#server.openConnections
  }

  get acceptedConnections(): number {
    return this.#server.acceptedConnections
  }

  /** How many requests reached it, all or those for one path. */
  count(path?: string): number {
    return this.requests.filter((request) => path === undefined || request.path === path).length
  }

  /** The Authorization headers that reached it, in order. */
  get authorizations(): (string | undefined)[] {
    return this.requests.map(({ authorization }) => authorization)
  }

  /** Resolves when so many requests have reached it since the start. */
  arrived(count: number): Promise<void> {
    return this.#arrivals.reached(count)
  }

  async start(): Promise<this> {
    await this.#server.start()
    return this
  }

  async close(): Promise<void> {
    this.gate.release()
    await this.#server.close()
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await this.#record(incoming)
    await this.gate.pass()
    reply(response, await this.script(request))
  }

  async #record(incoming: IncomingMessage): Promise<ScriptedRequest> {
    const bytes = await readBytes(incoming)
    const { method = 'GET', headers } = incoming
    const { pathname, searchParams } = new URL(incoming.url ?? '/', this.origin)
    const index = this.requests.length + 1
    const target = { index, method, path: pathname, query: searchParams }
    const request = {
      ...target,
      headers,
      authorization: headers.authorization,
      bytes,
      text: bytes.toString(),
    }
    this.requests.push(request)
    this.#arrivals.add()
    return request
  }
}

/**
 * Starts a server that answers as `script` says.
 *
 * @example
 * const server = await scriptedServer(({ index }) => (index === 1 ? { status: 401 } : { body: { ok: true } }))
 */
export function scriptedServer(script: Script = () => ({ body: {} })): Promise<ScriptedServer> {
  return new ScriptedServer(script).start()
}

async function readBytes(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function reply(response: ServerResponse, answer: ScriptedAnswer): void {
  if (answer === 'hang' || response.destroyed) return
  if (answer === 'destroy') return void response.destroy()
  const { status = 200, headers, body = '' } = answer
  const isJson = typeof body === 'object' && !Buffer.isBuffer(body)
  response.writeHead(status, { ...(isJson && { 'content-type': 'application/json' }), ...headers })
  response.end(isJson ? JSON.stringify(body) : body)
}
