import { Agent, request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { Arrivals } from '../arrivals.js'
import { Gate } from '../gate.js'
import { LoopbackServer } from '../loopback-server.js'
import { readBody, recordOf, type RecordedRequest } from '../messages.js'

/** An answer of the front's own, or one of the server's on its way through. */
export interface FrontAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>
  readonly body?: string
}

/**
 * How a proxy lets the client down: 'cut', and the server is never asked; 'lose', and the server has done what it was
 * asked, but nobody hears of it; `answer`, in the server's place; `instead`, in the place of what the server said.
 */
export type FrontFault = 'cut' | 'lose' | { readonly answer: FrontAnswer } | { readonly instead: Instead }

/** The answer that the client gets, or how it is made of the server's; it may take its time. */
type Instead = FrontAnswer | ((answer: FrontAnswer) => FrontAnswer | Promise<FrontAnswer>)

/** A reverse proxy on a socket of its own: it records what passes, and fails on demand while the server is well. */
export class Front {
  /** Every request, in the order of arrival. */
  readonly requests: RecordedRequest[] = []
  readonly #server = new LoopbackServer((request, response) => this.#handle(request, response))
  /** A connection for each: one that is kept may be closed by the server just when it is used again. */
  readonly #agent = new Agent({ keepAlive: false })
  readonly #upstream: string
  readonly #gate = new Gate()
  readonly #arrivals = new Map<string, Arrivals>()
  readonly #faults = new Map<string, { readonly fault: FrontFault; times: number }>()
  #heldPath: string | undefined

  constructor(upstream: string) {
    this.#upstream = upstream
  }

  get origin(): string {
    return this.#server.origin
  }

  async start(): Promise<this> {
    await this.#server.start()
    return this
  }

  async close(): Promise<void> {
    this.#gate.release()
    this.#agent.destroy()
    await this.#server.close()
  }

  /** The requests for one path. */
  to(path: string): RecordedRequest[] {
    return this.requests.filter((request) => request.path.split('?')[0] === path)
  }

  /** Resolves when a path has been asked for so often since the start. */
  asked(path: string, count: number): Promise<void> {
    return this.#arrivalsAt(path).reached(count)
  }

  /** Fails the next requests for a path, `times` of them. */
  fail(path: string, fault: FrontFault, times = 1): void {
    this.#faults.set(path, { fault, times })
  }

  /** Requests for a path wait here, before the server sees them, until `release()`. */
  hold(path: string): void {
    this.#heldPath = path
    this.#gate.hold()
  }

  release(): void {
    this.#gate.release()
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const record = recordOf(request)
    const [path = ''] = record.path.split('?')
    this.requests.push(record)
    record.body = await readBody(request)
    const fault = this.#takeFault(path)
    this.#arrivalsAt(path).add()
    if (path === this.#heldPath) await this.#gate.pass()
    const answer = await this.#answer(request, record.body, fault)
    record.status = answer?.status
    if (answer) send(response, answer)
    else response.destroy()
  }

  /** Undefined: the connection is cut. */
  async #answer(
    request: IncomingMessage,
    body: string,
    fault: FrontFault | undefined,
  ): Promise<FrontAnswer | undefined> {
    if (fault === 'cut') return undefined
    if (typeof fault === 'object' && 'answer' in fault) return fault.answer
    const answer = await this.#forward(request, body)
    if (fault === 'lose') return undefined
    if (!fault) return answer
    return typeof fault.instead === 'function' ? fault.instead(answer) : fault.instead
  }

  #forward({ method, url, headers }: IncomingMessage, body: string): Promise<FrontAnswer> {
    return new Promise((resolve, reject) => {
      // `Host` stays the front's own: the server finds its public address in it.
      const passed = ask(`${this.#upstream}${url}`, { method, headers, agent: this.#agent }, (reply) => {
        const { statusCode: status = 502, headers: told } = reply
        readBody(reply).then((text) => resolve({ status, headers: told, body: text }), reject)
      })
      passed.once('error', reject).end(body)
    })
  }

  #takeFault(path: string): FrontFault | undefined {
    const planned = this.#faults.get(path)
    if (!planned || planned.times-- <= 0) return undefined
    return planned.fault
  }

  #arrivalsAt(path: string): Arrivals {
    const known = this.#arrivals.get(path) ?? new Arrivals()
    this.#arrivals.set(path, known)
    return known
  }
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: FrontAnswer): void {
  if (response.destroyed) return
  for (const [name, value] of Object.entries(headers)) {
    // The body is whole here: how it came in pieces is no longer so.
    if (value !== undefined && !/^(transfer-encoding|connection|keep-alive)$/.test(name))
      response.setHeader(name, value)
  }
  response.setHeader('content-length', Buffer.byteLength(body))
  response.writeHead(status).end(body)
}
