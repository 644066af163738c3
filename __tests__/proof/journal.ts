import type { SessionEvent, SessionSnapshot, StoredRecord } from 'tokenflight'
import type { Outcomes } from './outside.js'

/** How a request is made; a one-shot body can be sent only once. */
export type By = 'axios' | 'fetch' | 'one-shot'

/** What the app asked for. */
export interface Call {
  readonly id: number
  readonly tab: number
  readonly by: By | 'getAccessToken' | 'refresh'
  /** Who was signed in there, as the session itself told, when the app asked. */
  readonly user: string | undefined
  readonly generation: number
  readonly controller: AbortController
  isAborted: boolean
  /** How it ended; undefined while it is open. */
  outcome: string | undefined
}

/** One refresh token on its way to the token endpoint. */
export interface AskedGrant {
  readonly tab: number
  readonly refreshToken: string
  /** When it was sent, by the wall clock: what `expires_in` counts from. */
  readonly wall: number
  /** What came of it; 'left': the session called it off. Undefined while it is on the wire. */
  how: Outcomes['grant'] | 'refused' | 'left' | undefined
}

/** One thing that happened where it can be seen from outside the package, in the order in which it happened. */
export type Entry =
  | { readonly what: 'asked'; readonly call: Call }
  | { readonly what: 'aborted'; readonly call: Call }
  | { readonly what: 'ended'; readonly call: Call }
  /** `token` undefined: it went out bare. `generation`: the tab's at that moment. */
  | {
      readonly what: 'sent'
      readonly call: Call
      readonly token: string | undefined
      readonly generation: number
    }
  /** An answer of the API's on its way to the caller or to the session. */
  | {
      readonly what: 'answered'
      readonly call: Call
      readonly token: string | undefined
      readonly status: number
    }
  | { readonly what: 'grant'; readonly grant: AskedGrant }
  | { readonly what: 'grantEnded'; readonly grant: AskedGrant; readonly issued?: string | undefined }
  | { readonly what: 'loginRequired'; readonly tab: number }
  | { readonly what: 'login' | 'logout' | 'refresh' | 'disposed'; readonly tab: number }
  | { readonly what: 'told'; readonly tab: number; readonly event: SessionEvent }
  /** The wall clock was set. */
  | { readonly what: 'jumped'; readonly ms: number }
  /** What a tab was told by the store. */
  | { readonly what: 'read'; readonly tab: number; readonly record: StoredRecord | undefined }
  /** The store has taken something, or been cleared. */
  | {
      readonly what: 'stored'
      readonly tab: number
      readonly before: StoredRecord | undefined
      readonly record: StoredRecord | undefined
    }
  /** A step is over, and all that follows from it without the outside has happened. `seen`: what each tab shows. */
  | { readonly what: 'stepped'; readonly seen: readonly SessionSnapshot[] }

/** What a rule may know besides the journal. */
export interface Facts {
  readonly elapsed: number
  readonly wall: number
  readonly rotationGraceMs: number
  /** How many users there have been: u1 to that one. */
  readonly users: number
  /** The grants that are on the wire. */
  readonly grants: readonly AskedGrant[]
  readonly expiresIn: number | undefined
  /** Tabs cannot know of each other any more; see {@link StoreTrouble}. */
  readonly isTroubled: boolean
}

/** One thing that must hold, whatever the program. What is returned is a complaint. */
export interface Rule {
  /** What must hold, in one sentence. */
  readonly says: string
  readonly on: {
    readonly [W in Entry['what']]?: (
      entry: Entry & { readonly what: W },
      facts: Facts,
    ) => string | undefined | void
  }
}

/** Shows an entry to a rule. */
export function show({ on }: Rule, entry: Entry, facts: Facts): string | undefined | void {
  return (on[entry.what] as ((entry: Entry, facts: Facts) => string | undefined | void) | undefined)?.(
    entry,
    facts,
  )
}
