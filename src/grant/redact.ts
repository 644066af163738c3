/** Makes a server's or a runtime's words fit for an error of ours; undefined for what is no string. */
export type Redact = (text: unknown, longest?: number) => string | undefined

const longestText = 300

/** How many causes below the first are kept: "fetch failed" alone says nothing, its ECONNREFUSED does. */
const deepestCause = 2

/** Takes these secrets out of texts, and cuts them to a sane length; undefined and empty ones count for nothing. */
export function redactor(secrets: readonly (string | undefined)[]): Redact {
  return (text, longest = longestText) => {
    if (typeof text !== 'string') return undefined
    // A URL in a message holds the other spelling, and in place of half a surrogate pair what no encoder throws at.
    // Not made before there is something to redact: most grants succeed.
    const spellings = secrets.flatMap((secret) =>
      secret ? [secret, encodeURIComponent(secret.replace(/[\ud800-\udfff]/gu, '\ufffd'))] : [],
    )
    return spellings.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text).slice(0, longest)
  }
}

/**
 * What may be kept of an error that someone else made: name, message and code, and the same of its causes.
 * The error itself may hold the request, and so the tokens (behaviour 36).
 */
export function plainCause(error: unknown, redact: Redact, depth = 0): Error | undefined {
  if (error == null || depth > deepestCause) return undefined
  const { name, message = error, code, cause } = membersOf(error)
  const inner = plainCause(cause, redact, depth + 1)
  // A runtime quotes the JSON that it could not read, and a header's value.
  const words = redact(message)?.replace(/".*"|".*/s, '"…"')
  const plain = new Error(words, inner && { cause: inner })
  return Object.assign(plain, { name: redact(name) ?? 'Error' }, code != null && { code: redact(code) })
}

/** The members of anything: null and undefined have none. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return Object(value) as Readonly<Record<string, unknown>>
}
