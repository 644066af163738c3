import type { Credential } from './state.js'
import type { Settings } from '../options.js'

/** 'good': use it. 'ahead': use it and renew behind it. 'short': wait for a new one. */
export type Freshness = 'good' | 'ahead' | 'short'

/** Windows never take more than these parts of a token's life: a token of one minute is not for ever "ahead". */
const aheadShare = 0.2
const minValidityShare = 0.1

/** How fit a token is for one more request; behaviours 15, 31 and 32. `now` is epoch milliseconds. */
export function freshnessOf(credential: Credential, now: number, settings: Settings): Freshness {
  const wasShort = credential.arrival !== undefined && credential.arrival !== 'good'
  if (wasShort || !credential.isRenewable) return 'good'
  const { expiresAt, refreshTokenExpiresAt } = credential.tokens
  if (expiresAt === undefined) return credential.authorization === '' ? 'short' : 'good'
  const leftMs = expiresAt - now
  // With a refresh token that is past its end there is nothing to renew with: the last of the token is used up.
  if (hasPassed(refreshTokenExpiresAt, now)) return leftMs > 0 ? 'good' : 'short'
  const [aheadMs, minValidityMs] = windowsOf(credential, expiresAt, settings)
  if (leftMs <= minValidityMs) return 'short'
  return leftMs <= aheadMs ? 'ahead' : 'good'
}

/** From when on a timer renews it, in epoch milliseconds; undefined where nobody knows, or nothing renews it. */
export function renewalTimeOf(credential: Credential, settings: Settings): number | undefined {
  const { expiresAt } = credential.tokens
  if (expiresAt === undefined || !credential.isRenewable) return undefined
  return expiresAt - Math.max(...windowsOf(credential, expiresAt, settings))
}

/** Both windows of a token, ahead and min validity, in milliseconds. */
export function windowsOf({ issuedAt }: Credential, expiresAt: number, settings: Settings): [number, number] {
  const lifetimeMs = Math.max(0, expiresAt - issuedAt)
  return [
    Math.min(settings.refreshAheadMs, lifetimeMs * aheadShare),
    Math.min(settings.minValidityMs, lifetimeMs * minValidityShare),
  ]
}

/** True where a token's own expiry, in epoch milliseconds, has passed; an unknown one never passes. */
export function hasPassed(expiresAt: number | undefined, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now
}
