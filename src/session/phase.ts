import type { RefreshUnavailableReason } from '../errors.js'

/** Where a flight is: what its deadline means depends on it. 'waiting': for the end of a cool-down. */
export type Phase =
  | 'waiting'
  | 'locking'
  | 'looking'
  | 'reading'
  | 'unlocking'
  | 'granting'
  | 'pausing'
  | 'committing'

/** What a flight that is late there has waited for. */
export const lateIn: Partial<Record<Phase, RefreshUnavailableReason>> = {
  locking: 'lock',
  reading: 'store',
  unlocking: 'vault',
}
