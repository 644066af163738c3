/** Strings that must not appear in an error of ours; undefined and empty ones count for nothing. */
export type Secrets = readonly (string | undefined)[]

const longestText = 300

/** How many causes below the first are kept: "fetch failed" alone says nothing, its ECONNREFUSED does. */
const deepestCause = 2

/** A server's or a runtime's words, without the session's secrets and of a sane length; undefined for no string. */
export function redact(text: unknown, secrets: Secrets): string | undefined {
  if (typeof text !== 'string') return undefined
  // A URL in a message holds the other spelling.
  const spellings = secrets.flatMap((secret) => (secret ? [secret, encodeURIComponent(secret)] : []))
  return spellings.reduce((rest, secret) => rest.split(secret).join('[redacted]'), text).slice(0, longestText)
}

/**
 * What may be kept of an error that someone else made: name, message and code, and the same of its causes.
 * The error itself may hold the request, and so the tokens (behaviour 36).
 */
export function plainCause(error: unknown, secrets: Secrets, depth = 0): Error | undefined {
  if (error == null || depth > deepestCause) return undefined
  const { name, message = error, code, cause } = membersOf(error)
  const inner = plainCause(cause, secrets, depth + 1)
  // A runtime's SyntaxError quotes the JSON that it could not read, and its TypeError a header's value.
  const isQuoting = name === 'SyntaxError' || name === 'TypeError'
  const words = isQuoting ? String(message).replace(/".*"/s, '"…"') : message
  const plain = new Error(redact(words, secrets), inner && { cause: inner })
  const hasCode = typeof code === 'string'
  return Object.assign(
    plain,
    { name: redact(name, secrets) ?? 'Error' },
    hasCode && { code: redact(code, secrets) },
  )
}

/** The members of anything: null and undefined have none. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return Object(value) as Readonly<Record<string, unknown>>
}
