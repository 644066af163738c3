import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Answers one request. If it rejects, the client gets a 500 with the error's text. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** A node:http server on a free port of 127.0.0.1 that leaves nothing open behind it. */
export class LoopbackServer {
  readonly #server: Server
  #accepted = 0
  #open = 0

  constructor(handle: Handler) {
    this.#server = createServer((request, response) => {
      handle(request, response).catch((error: unknown) => reportFailure(response, error))
    })
    this.#server.on('connection', (socket) => {
      this.#accepted++
      this.#open++
      socket.once('close', () => this.#open--)
    })
  }

  /** `http://127.0.0.1:<port>`. Throws before `start()`. */
  get origin(): string {
    const address = this.#server.address() as AddressInfo | null
    if (!address) throw new Error('Expected the server to be started')
    return `http://127.0.0.1:${address.port}`
  }

  /** How many connections were accepted since the start. */
  get acceptedConnections(): number {
    return this.#accepted
  }

  /** How many connections are open now. */
  get openConnections(): number {
    return this.#open
  }

  /** Resolves when the server listens. */
  async start(): Promise<this> {
    await new Promise<void>((listening, fail) => {
      this.#server.once('error', fail)
      this.#server.listen({ host: '127.0.0.1', port: 0, backlog: 2048 }, listening)
    })
    return this
  }

  /** Cuts every connection, answered or not, and resolves when the port is free. Closing twice does nothing. */
  async close(): Promise<void> {
    if (!this.#server.listening) return
    await new Promise<void>((closed) => {
      this.#server.close(() => closed())
      this.#server.closeAllConnections()
    })
  }
}

/** A client that went away in the middle is no failure of ours: then there is nobody left to tell. */
function reportFailure(response: ServerResponse, error: unknown): void {
  if (response.destroyed || response.headersSent) return void response.destroy()
  response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error))
}
