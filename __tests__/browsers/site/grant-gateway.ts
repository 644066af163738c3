import type { IncomingMessage, ServerResponse } from 'node:http'
import { Gate } from '../../../examples/servers/gate.js'
import { forward, relay } from './forward.js'

/** Where a grant can be stopped: on its way to the authorization server, or its answer on the way back. */
export type Stop = 'before' | 'after'

/** One grant as the gateway saw it. */
export interface SeenGrant {
  /** Who asked, by its `X-Tab`. */
  readonly tab: string
  /** How far it came. A client that has gone is `left`: before, the server never heard of it. */
  readonly progress: 'before' | 'after' | 'answered' | 'left before' | 'left after'
}

/** What stands before the token endpoint: it lets grants through, stops them, or cuts their connections. */
export class GrantGateway {
  readonly #seen: { -readonly [Key in keyof SeenGrant]: SeenGrant[Key] }[] = []
  readonly #gates = { before: new Gate(), after: new Gate() }
  #rotated = 0
  readonly #open = new Set<ServerResponse>()

  /** Every grant since the start, in the order of arrival. */
  get seen(): readonly SeenGrant[] {
    return this.#seen
  }

  /** From now on grants stop here. */
  hold(stop: Stop): void {
    this.#gates[stop].hold()
  }

  /** Lets on all that stand here, and whoever comes. */
  release(stop: Stop): void {
    this.#gates[stop].release()
  }

  /** How many grants have come this far since the start. */
  countOf(stop: Stop): number {
    return stop === 'before' ? this.#seen.length : this.#rotated
  }

  /** Cuts the connection of every grant that is on its way, and lets on whoever comes. */
  cut(stop: Stop): void {
    for (const response of this.#open) response.destroy()
    this.release(stop)
  }

  /** Takes one request for the token endpoint to `target`. */
  async pass(request: IncomingMessage, response: ServerResponse, target: URL): Promise<void> {
    const seen = { tab: String(request.headers['x-tab']), progress: 'before' as SeenGrant['progress'] }
    this.#seen.push(seen)
    this.#open.add(response)
    response.once('close', () => {
      this.#open.delete(response)
      if (seen.progress === 'before' || seen.progress === 'after') seen.progress = `left ${seen.progress}`
    })
    await this.#gates.before.pass()
    if (response.destroyed) return
    const forwarded = await forward(request, target)
    this.#rotated++
    if (!response.destroyed) seen.progress = 'after'
    await this.#gates.after.pass()
    if (response.destroyed) return
    seen.progress = 'answered'
    relay(forwarded, response)
  }
}
