import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { FromServer, ServerReport, SoakTerms } from './messages.js'

/** The server of a soak, seen from the process of the load. */
export class ServerProcess {
  readonly origin: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, origin: string) {
    this.#child = child
    this.origin = origin
  }

  /** Starts it; `onHanging` is told of each request that it will never answer. */
  static async start(terms: SoakTerms, onHanging: (id: number) => void): Promise<ServerProcess> {
    const child = fork(join(__dirname, 'server.ts'), [JSON.stringify(terms)], {
      execArgv: ['--import', 'tsx'],
      serialization: 'advanced',
    })
    child.on('message', (message: FromServer) => void (message.type === 'hanging' && onHanging(message.id)))
    const [first] = (await once(child, 'message')) as [FromServer]
    if (first.type !== 'listening') throw new Error(`Expected the server to listen, got ${first.type}`)
    return new ServerProcess(child, first.origin)
  }

  /** All that it counted. */
  async report(): Promise<ServerReport> {
    const told = new Promise<ServerReport>((resolve, reject) => {
      this.#child.on('message', (message: FromServer) => message.type === 'report' && resolve(message.report))
      this.#child.once('exit', (code) => reject(new Error(`The server ended with ${code}`)))
    })
    this.#child.send('report')
    return told
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.disconnect()
    await ended
  }
}
