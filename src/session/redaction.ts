import type { Challenge } from '../http/challenge.js'
import type { Core } from './core.js'
import { credentialOf } from './state.js'
import { plainCause, redactor, type Redact } from '../grant/redact.js'
import type { TokenSet } from '../tokens.js'

/** Takes out of a text what must not be shown; behaviour 36. `held`: tokens that are not the session's any more. */
function redactorOf({ settings, state, vault }: Core, held?: Partial<TokenSet>): Redact {
  const { refresh } = settings
  const secrets = [held, credentialOf(state)?.tokens].flatMap((tokens) => [
    tokens?.accessToken,
    tokens?.refreshToken,
    tokens?.idToken,
  ])
  return redactor([...secrets, vault?.untaken, typeof refresh === 'object' ? refresh.clientSecret : ''])
}

/** An API may echo the token in its challenge. */
export function withoutTokens<T extends string>(core: Core, finding: T | Challenge): T | Challenge {
  if (typeof finding === 'string') return finding
  const { parameters, token68, ...rest } = finding
  const redact = redactorOf(core)
  const clean = (text: string): string => redact(text, Infinity) as string
  for (const name in parameters) Object.assign(parameters, { [name]: clean(parameters[name] as string) })
  return { ...rest, ...(token68 && { token68: clean(token68) }), parameters }
}

/** What may be shown of an error that the app's own pieces threw. */
export function plain(core: Core, cause: unknown, held?: Partial<TokenSet>): Error | undefined {
  const redact = redactorOf(core, held)
  try {
    const error = plainCause(cause, redact)
    // Where it was thrown helps who must mend it; the lines above quote the message.
    const lines = redact((cause as Error | undefined)?.stack, 2_000)?.split('\n')
    const trace = lines?.filter((line) => /^ +at |^[^ ]*@/.test(line)).join('\n')
    if (error && trace) error.stack = `${error.name}: ${error.message}\n${trace}`
    return error
  } catch {
    // Its own getters throw.
    return new Error('It cannot be shown')
  }
}
