import type { LedgerCounts } from './request-ledger.js'
import type { LoggedGrant } from './token-account.js'

/** What a soak is made of. */
export interface SoakTerms {
  readonly requests: number
  /** How long an access token lives. */
  readonly lifetimeMs: number
  /** Of so many grants each kind of fault strikes one. */
  readonly grantFaultEvery: number
}

/** What the server says to the load. */
export type FromServer =
  | { readonly type: 'listening'; readonly origin: string }
  /** This request will never be answered: its caller may call it off. */
  | { readonly type: 'hanging'; readonly id: number }
  | { readonly type: 'report'; readonly report: ServerReport }

/** What the server counted. */
export interface ServerReport {
  readonly counts: LedgerCounts
  /** For each id how often it came. */
  readonly arrivals: Uint8Array
  /** For each id what it was answered last. */
  readonly answers: Uint8Array
  readonly grants: readonly LoggedGrant[]
  /** The most grants that were being answered at the same time. */
  readonly mostGrantsAtOnce: number
}
