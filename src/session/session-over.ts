import type { Core } from './core.js'
import type { Settings } from '../options.js'

/** The app's own rule; one that fails is reported and decides nothing. */
export function guardedIsSessionOver({ settings, events }: Core): Settings['isSessionOver'] {
  const { isSessionOver } = settings
  return isSessionOver && ((answer) => events.guard('isSessionOver', () => isSessionOver(answer)) === true)
}
