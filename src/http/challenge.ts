/** One challenge of a `WWW-Authenticate` header (RFC 9110 §11.6.1). */
export interface Challenge {
  /** The auth-scheme as it was sent; schemes are compared without regard to case. */
  readonly scheme: string
  /** The token68 form (`Negotiate YII=`), where the challenge has one instead of parameters. */
  readonly token68?: string
  /** Unquoted values by lower-case name, without a prototype; of a duplicate the first counts. */
  readonly parameters: Readonly<Record<string, string>>
}

// Either name = value, or a scheme with perhaps a token68, or a separator. No two parts that stand side by side
// share a character, so that each is read a bounded number of times: linear time.
const LEXEME =
  /([^\s,;="]+)\s*=\s*("(?:\\[^]|[^"])*"?|[^\s,;"]*)|([^\s,;="]+)(?:[ \t]+([^\s,;="]+=*)(?=\s*(?:,|$)))?|\S/g

/**
 * Reads the challenges of a `WWW-Authenticate` header in order; several headers are joined with a comma
 * (RFC 9110 §11.6.1). Malformed input yields whatever could be read of it. Never throws; takes linear time.
 */
export function parseChallenges(header: string | null | undefined): Challenge[] {
  const challenges: Challenge[] = []
  let parameters: Record<string, string> | undefined
  let elementStarts = true
  // No server sends a field as long as this; on a far longer one the loop over a quoted value would fill the stack.
  for (const [lexeme, name, value = '', scheme, token68] of (header ?? '').slice(0, 1e5).matchAll(LEXEME)) {
    if (name) {
      if (parameters) parameters[name.toLowerCase()] ??= value.replace(/"|\\([^]?)/g, '$1')
    } else if (scheme && elementStarts) {
      parameters = Object.create(null) as Record<string, string>
      challenges.push({ scheme, ...(token68 && { token68 }), parameters })
    }
    elementStarts = lexeme === ','
  }
  return challenges
}

/**
 * The challenge that rules out that a newer token would help: the user must grant or prove more
 * (`insufficient_scope`, RFC 6750 §3.1; `insufficient_user_authentication`, RFC 9470 §3), or else the request
 * itself is at fault (`invalid_request`, RFC 6750 §3.1). `undefined`: renewal may help.
 */
export function vetoOf(challenges: readonly Challenge[]): Challenge | undefined {
  const withError = (pattern: RegExp): Challenge | undefined =>
    challenges.find(({ parameters }) => pattern.test(String(parameters['error'])))
  return withError(/^insufficient_(scope|user_authentication)$/) ?? withError(/^invalid_request$/)
}
