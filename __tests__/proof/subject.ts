import { attachSession, createSession } from 'tokenflight/axios'
import { createFetch } from 'tokenflight/fetch'

/** What the proof is about: the functions that an app imports, from `src` or from a copy with a planted fault. */
export interface Subject {
  readonly createSession: typeof createSession
  readonly attachSession: typeof attachSession
  readonly createFetch: typeof createFetch
}

/** The package as it is. */
export const genuine: Subject = { createSession, attachSession, createFetch }
