import { loader } from '../grant/loader.js'
import type { OnStepUp } from '../grant/grant-options.js'
import type { Stamp } from './state.js'
import type { StepUpRequest } from '../http/step-up.js'
import { StepUpRequiredError } from '../errors.js'
import type { StepUps } from './step-ups.js'
import type { Terms } from './terms.js'
import type { Waiter } from './core.js'

/** `waiter` waits apart. It is resumed with a better token, or refused with a StepUpRequiredError. */
export type StepUp = (waiter: Waiter, stamp: Stamp, wanted: StepUpRequest) => void

/** What calls the app's `onStepUp`. */
export function stepUpBy(onStepUp: OnStepUp, terms: Terms): StepUp {
  const load = loader(() => import('./step-ups.js'))
  let stepUps: StepUps | undefined
  return (waiter, stamp, wanted) => {
    const refuse = (cause: unknown): void => {
      terms.core.events.problem('`onStepUp` was not called', cause)
      for (const one of terms.core.release((each) => each === waiter))
        one.refuse(new StepUpRequiredError(wanted.challenge), false)
    }
    load().then((code) => {
      stepUps ??= new code.StepUps(terms, onStepUp)
      stepUps.ask(waiter, stamp, wanted)
    }, refuse)
  }
}
