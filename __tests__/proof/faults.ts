import type { Edit } from './edited-source.js'
import { faultsOfGrants } from './faults-of-grants.js'
import { faultsOfRequests } from './faults-of-requests.js'
import { faultsOfSessions } from './faults-of-sessions.js'
import { faultsOfTheEnd } from './faults-of-the-end.js'
import { faultsOfTheStore } from './faults-of-the-store.js'
import type { Program } from './run.js'

/** A fault that somebody could make. */
export interface Fault {
  readonly name: string
  /** The change of the source that makes it. */
  readonly edits: readonly Edit[]
  /** The smallest program that is known to show it. The package as it is passes it. */
  readonly witness: Program
  /** One random program in tens of thousands meets it: its witness has to do. */
  readonly isRare?: true
}

/** Each of them has to be caught. */
export const faults: readonly Fault[] = [
  ...faultsOfRequests,
  ...faultsOfGrants,
  ...faultsOfSessions,
  ...faultsOfTheStore,
  ...faultsOfTheEnd,
]
