import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Counts, Sight } from '../../examples/spa/server/tally.js'
import type { Faults } from '../../examples/spa/server/lab.js'

const root = resolve(__dirname, '../..')

/** One of the two versions of the app. */
export type Version = 'before' | 'after'

/** What the servers say about one version. */
interface LabState {
  readonly counts: Counts
  readonly sights: readonly Sight[]
  readonly faults: Faults
  readonly orders: number
  readonly covers: number
  readonly waiting: Readonly<Record<string, number>>
}

/** `npm run demo:spa` in a process of its own, and what a test does to its servers. */
export class Demonstration {
  readonly #child: ChildProcess
  readonly #address: string

  private constructor(child: ChildProcess, address: string) {
    this.#child = child
    this.#address = address
  }

  /** Starts it as the script does, and resolves when it has printed its address. */
  static async start(): Promise<Demonstration> {
    const tsx = join(root, 'node_modules/tsx/dist/cli.mjs')
    const demo = join(root, 'examples/spa/demo.ts')
    const child = spawn(process.execPath, [tsx, demo], { stdio: ['ignore', 'pipe', 'inherit'] })
    for await (const line of createInterface(child.stdout)) {
      const address = /http:\S+/.exec(line)?.[0]
      if (address) return new Demonstration(child, address)
    }
    throw new Error('Expected demo:spa to print its address, but it ended')
  }

  /** Where a version of the app is, or one of its routes. */
  addressOf(version: Version, route = ''): string {
    return `${this.#address}${version}/${route}`
  }

  async state(version: Version): Promise<LabState> {
    return this.#ask(version, 'state')
  }

  async reset(): Promise<void> {
    await this.#ask('after', 'reset', {})
  }

  async set(faults: Partial<Faults>): Promise<void> {
    await this.#ask('after', 'faults', faults)
  }

  /** Access tokens issued from now on live so long. */
  async giveTokens(seconds: number): Promise<void> {
    await this.#ask('after', 'lifetime', { seconds })
  }

  /** Everything takes this share of its usual time from now on. */
  async hurry(pace: number): Promise<void> {
    await this.#ask('after', 'pace', { pace })
  }

  async kill(version: Version): Promise<void> {
    await this.#ask(version, 'kill', {})
  }

  async revoke(version: Version): Promise<void> {
    await this.#ask(version, 'revoke', {})
  }

  /** Requests to one path wait; '/token' is the token endpoint. */
  async hold(path: string): Promise<void> {
    await this.#ask('after', 'hold', { path })
  }

  /** Lets on those that wait: so many, or all. */
  async release(path: string, count?: number): Promise<void> {
    await this.#ask('after', 'release', { path, count })
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await exited
  }

  async #ask(version: Version, what: string, body?: object): Promise<LabState> {
    const init = body && { method: 'POST', body: JSON.stringify(body) }
    const response = await fetch(`${this.#address}lab/${what}?client=spa-${version}`, init)
    return (await response.json()) as LabState
  }
}
