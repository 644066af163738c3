import type { Credential } from './state.js'
import type { FlightPlan, Had } from './flight-plan.js'
import type { RefreshReason } from '../grant/grant-options.js'
import type { Vault } from '../store/vault.js'
import type { Verdict } from '../grant/answer.js'

/**
 * How a flight opens the vault, once: nobody is prompted twice for one renewal. Undefined where it is not opened:
 * what it holds beside a session without a token of its own there is someone else's.
 */
export function unlockFor(
  vault: Vault | undefined,
  credential: Credential | undefined,
  reason: RefreshReason,
  had: Had,
): FlightPlan['unlock'] {
  const isOurs = !credential || credential.isVaulted
  return vault && isOurs ? async () => void (had.vaulted = await vault.take(reason)) : undefined
}

/** What the vault holds already is not put there again. */
export function without(vaulted: string, verdict: Verdict): Verdict {
  return verdict.type === 'granted' && verdict.tokens.refreshToken === vaulted
    ? { ...verdict, tokens: { ...verdict.tokens, refreshToken: undefined } }
    : verdict
}
