import type { IncomingMessage, ServerResponse } from 'node:http'
import { LoopbackServer } from '../loopback-server.js'
import { readBody, recordOf, sendJson, type Answer, type RecordedRequest } from '../messages.js'
import type { TokenFacts, VerifyToken } from './token-verification.js'

/** What a path wants of a token besides its being alive. */
export interface Requirement {
  readonly scope?: string
  readonly acr?: string
  /** Of the sign-in, not of the token. */
  readonly maxAgeS?: number
}

/** An API that takes bearer tokens (RFC 6750) and may ask for better ones (§3.1, RFC 9470). It echoes what it is asked. */
export class ResourceServer {
  /** Every request, in the order of arrival. */
  readonly requests: RecordedRequest[] = []
  readonly #server = new LoopbackServer((request, response) => this.#handle(request, response))
  readonly #verify: VerifyToken
  readonly #requirements: Readonly<Record<string, Requirement>>

  constructor(verify: VerifyToken, requirements: Readonly<Record<string, Requirement>> = {}) {
    this.#verify = verify
    this.#requirements = requirements
  }

  get origin(): string {
    return this.#server.origin
  }

  async start(): Promise<this> {
    await this.#server.start()
    return this
  }

  async close(): Promise<void> {
    await this.#server.close()
  }

  /** The requests that were answered with this status, in the order of arrival. */
  answered(status: number): RecordedRequest[] {
    return this.requests.filter((request) => request.status === status)
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const record = recordOf(request)
    this.requests.push(record)
    record.body = await readBody(request)
    const answer = await this.#decide(record)
    record.status = answer.status
    sendJson(response, answer)
  }

  async #decide({ method, path, body, authorization = '' }: RecordedRequest): Promise<Answer> {
    const token = /^bearer +(\S+)$/i.exec(authorization)?.[1]
    if (!token) return challenge(401, {})
    const facts = await this.#verify(token)
    if (!facts) return challenge(401, { error: 'invalid_token' })
    const missing = shortcomingOf(facts, this.#requirements[path] ?? {})
    return missing ?? { status: 200, body: { method, path, body, who: facts.sub } }
  }
}

/** What is wanted and not there; undefined where all is. */
function shortcomingOf(facts: TokenFacts, { scope, acr, maxAgeS }: Requirement): Answer | undefined {
  if (scope !== undefined && !facts.scope?.split(' ').includes(scope))
    return challenge(403, { error: 'insufficient_scope', scope })
  const isOld = maxAgeS !== undefined && (facts.auth_time ?? 0) + maxAgeS < Date.now() / 1000
  if (!isOld && (acr === undefined || facts.acr === acr)) return undefined
  return challenge(401, {
    error: 'insufficient_user_authentication',
    ...(acr !== undefined && { acr_values: acr }),
    ...(maxAgeS !== undefined && { max_age: String(maxAgeS) }),
  })
}

function challenge(status: number, parameters: Readonly<Record<string, string>>): Answer {
  const said = Object.entries({ realm: 'api', ...parameters }).map(([name, value]) => `${name}="${value}"`)
  return { status, headers: { 'www-authenticate': `Bearer ${said.join(', ')}` }, body: { ...parameters } }
}
