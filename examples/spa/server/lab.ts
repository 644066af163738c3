import { Gate } from '../../servers/gate.js'
import { Tally } from './tally.js'

/** The two versions of the app: each is an OAuth client of its own, so that each is counted for itself. */
export const clientIds = ['spa-before', 'spa-after'] as const

/** One of the two versions. */
export type ClientId = (typeof clientIds)[number]

/** Whether a text names one of the two versions. */
export function isClientId(text: unknown): text is ClientId {
  return clientIds.includes(text as ClientId)
}

/** What is wrong with the world at the moment; the same for both versions. */
export interface Faults {
  /** The authorization server answers 503 to everything. */
  readonly outage: boolean
  /** API and token endpoint take `slowMs` longer. */
  readonly slow: boolean
}

/** What is to become different; what is undefined stays as it is. */
type Change = { readonly [Key in keyof Faults]?: Faults[Key] | undefined }

/** How much longer everything takes on the slow network. */
export const slowMs = 1_500

/** What the visitor does to the servers, and what the servers have counted. */
export class Lab {
  #faults: Faults = { outage: false, slow: false }
  #tallies = newTallies(() => this.#tell())
  /** How long access tokens live that are issued from now on, in seconds. */
  tokenLifetimeS = 20
  /** How long everything takes, as a share of the usual: tests have no time to watch a slow report. */
  pace = 1
  readonly #gates = new Map<string, Gate>()
  readonly #listeners = new Set<() => void>()

  get faults(): Faults {
    return this.#faults
  }

  /** Changes some of the faults and leaves the others. */
  set({ outage = this.#faults.outage, slow = this.#faults.slow }: Change): void {
    this.#faults = { outage, slow }
    this.#tell()
  }

  /** What is counted for one version. */
  tally(clientId: ClientId): Tally {
    return this.#tallies[clientId]
  }

  /** Where requests to one path wait while a test holds them; '/token' is the token endpoint. */
  gate(path: string): Gate {
    const gate = this.#gates.get(path) ?? new Gate()
    this.#gates.set(path, gate)
    return gate
  }

  /** How many requests wait at each gate. */
  waiting(): [path: string, count: number][] {
    return [...this.#gates].map(([path, gate]) => [path, gate.waiting])
  }

  /** Everything works again, nothing is held and nothing has been counted. */
  reset(): void {
    for (const gate of this.#gates.values()) gate.release()
    this.#tallies = newTallies(() => this.#tell())
    this.set({ outage: false, slow: false })
  }

  /** Calls `listener` after every change. Returns the way to stop. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

function newTallies(tell: () => void): Record<ClientId, Tally> {
  return { 'spa-before': new Tally(tell), 'spa-after': new Tally(tell) }
}
