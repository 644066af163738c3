import type { Credential } from './state.js'
import type { StoredRecord } from '../store/record.js'

/** What this session knows, when it looks into its store. */
export interface Known {
  readonly current: Credential | undefined
  /** What was last read or written. */
  readonly known: Pick<StoredRecord, 'sessionId' | 'version'> | undefined
  /** The session that was left last: found again, its clearing has failed, or an acquisition is on its way. */
  readonly leftId: string | undefined
}

/** What others have done to a store; a record belongs to it where there is something to adopt or to say. */
export type News =
  | { readonly type: 'none' }
  /** The same session with newer tokens, or another login. */
  | { readonly type: 'renewed' | 'login'; readonly record: StoredRecord }
  /** The session is over: signed out there, where no record says why. */
  | { readonly type: 'over'; readonly current: Credential; readonly record: StoredRecord | undefined }

/** Behaviour 34: only what differs from what was last read or written is someone else's doing. */
export function newsOf(record: StoredRecord | undefined, { current, known, leftId }: Known): News {
  if (record && record.sessionId === leftId) return { type: 'none' }
  if (!record || record.ended) return endIn(record, current, known)
  const isOld = [known, current].some(
    (held) => held?.sessionId === record.sessionId && record.version <= held.version,
  )
  if (isOld) return { type: 'none' }
  return { type: current?.sessionId === record.sessionId ? 'renewed' : 'login', record }
}

function endIn(record: StoredRecord | undefined, current?: Credential, known?: Known['known']): News {
  if (!current) return { type: 'none' }
  const isOurs = record?.sessionId === current.sessionId
  if (isOurs) return record.version > current.version ? { type: 'over', current, record } : { type: 'none' }
  // Nothing there, or the grave of a later login: whoever was known to be there has been signed out.
  return current.sessionId === known?.sessionId
    ? { type: 'over', current, record: undefined }
    : { type: 'none' }
}
