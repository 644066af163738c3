import type { Admission } from './admission.js'
import type { Core } from './core.js'
import type { SessionError } from '../errors.js'
import type { IsUnauthorized } from './transport.js'
import type { Renewal } from './renewal.js'
import type { StepUp } from './step-up.js'

/** What all requests of one transport have in common. */
export interface Terms {
  readonly core: Core
  readonly renewal: Renewal
  readonly admission: Admission
  /** Absent where the app obtains no better tokens. */
  readonly stepUp?: StepUp | undefined
  readonly isUnauthorized?: IsUnauthorized | undefined
  /** What waits is told this once the instance is detached: what is on the wire arrives, and is not cared for. */
  closed?: SessionError
  /** What the app asks of the session itself. It is no request: no event tells of it. */
  readonly asksFor?: 'token' | 'renewal'
}
