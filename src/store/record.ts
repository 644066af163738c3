import { isHeaderSafe } from '../http/authorization.js'
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
}

/** Reads what a store gave back; undefined for anything that is not a record of this form. Never throws. */
export function readRecord(value: unknown): StoredRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { format, sessionId, version, tokens, issuedAt } = value as Partial<
    Record<keyof StoredRecord, unknown>
  >
  const isRecord =
    format === 1 &&
    typeof sessionId === 'string' &&
    sessionId !== '' &&
    Number.isSafeInteger(version) &&
    (version as number) > 0 &&
    Number.isFinite(issuedAt) &&
    isTokenSet(tokens)
  return isRecord ? (value as StoredRecord) : undefined
}

function isTokenSet(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
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
  return Date.now().toString(36) + Math.random().toString(36).slice(2)
}
