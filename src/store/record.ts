import { isHeaderSafe } from '../http/authorization.js'
import { loginRequiredBecause, type LoginRequiredReason } from '../errors.js'
import type { TokenSet } from '../tokens.js'

/** What a store holds. Its form is versioned: a record of another form counts as none. */
export interface StoredRecord {
  readonly format: 1
  /** Random, made by each login: tells one login from another. */
  readonly sessionId: string
  /** Counts the token sets of this session, from 1. The higher one is the newer one. */
  readonly version: number
  readonly tokens: TokenSet
  /** When the grant of these tokens was sent, in epoch milliseconds. */
  readonly issuedAt: number
  /** True where the refresh token is kept apart, in a vault. */
  readonly isVaulted?: boolean | undefined
  /** Why the session is over, where it is: so its other tabs learn of it. Then there are no tokens. */
  readonly ended?: LoginRequiredReason | undefined
}

/** What is left in a shared store of a session that is over. */
export function graveOf(
  { sessionId, version, issuedAt }: Omit<StoredRecord, 'format'>,
  ended: LoginRequiredReason,
): StoredRecord {
  return { format: 1, sessionId, version: version + 1, tokens: {}, issuedAt, ended }
}

/** Reads what a store gave back; undefined for anything that is not a record of this form. Never throws. */
export function readRecord(value: unknown): StoredRecord | undefined {
  try {
    return isRecord(value) ? value : undefined
  } catch {
    // A proxy or a getter of the store's own library that fails.
    return undefined
  }
}

function isRecord(value: unknown): value is StoredRecord {
  const { format, sessionId, version, tokens, issuedAt, ended } = Object(value) as Partial<
    Record<keyof StoredRecord, unknown>
  >
  return (
    format === 1 &&
    typeof sessionId === 'string' &&
    sessionId !== '' &&
    Number.isSafeInteger(version) &&
    (version as number) > 0 &&
    Number.isFinite(issuedAt) &&
    // What a message is made of is not taken from a store unseen.
    (ended === undefined || Object.keys(loginRequiredBecause).includes(ended as string)) &&
    isTokenSet(tokens)
  )
}

function isTokenSet(value: unknown): boolean {
  if (Object(value) !== value) return false
  const tokens = value as Readonly<Record<string, unknown>>
  return (
    (tokens['accessToken'] === undefined || isHeaderSafe(tokens['accessToken'])) &&
    [tokens['refreshToken'], tokens['subject']].every(
      (text) => text === undefined || typeof text === 'string',
    ) &&
    [tokens['expiresAt'], tokens['refreshTokenExpiresAt']].every(
      (time) => time === undefined || Number.isFinite(time),
    )
  )
}

/** Tells this login from all others. It is no secret: `crypto` is not needed, and not everywhere to be had. */
export function newSessionId(): string {
  return Date.now().toString(36) + Math.random().toString(36)
}
