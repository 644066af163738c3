import { generateKeyPairSync } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { errors, Provider } from 'oidc-provider'
import { LoopbackServer } from '../loopback-server.js'
import { configurationOf, type OidcServerOptions } from './configuration.js'
import { interact, interactionPath } from './interactions.js'
import { loadOidcProvider } from './oidc-provider-module.js'

/** What became of the requests to the token endpoint, as the provider itself tells it. */
export interface OidcCounts {
  granted: number
  refused: number
  /** Refresh tokens that were spent by a rotation. */
  consumed: number
  /** Spent refresh tokens that came back: a thief, or a client that sent one twice. */
  reused: number
  /** Families that were ended by reuse or by a revocation. */
  familiesEnded: number
}

/** oidc-provider on loopback: a certified OpenID Connect server, with a login and a consent page of its own. */
export class OidcServer {
  readonly counts: OidcCounts = { granted: 0, refused: 0, consumed: 0, reused: 0, familiesEnded: 0 }
  /** What the token endpoint refused with, in order: the code and the reason that no client is told. */
  readonly refusals: string[] = []
  /** The server's own failures; a test that finds one has found a mistake in this set-up. */
  readonly failures: unknown[] = []
  readonly #server = new LoopbackServer((request, response) => this.#handle(request, response))
  #provider: Provider | undefined

  /** `http://127.0.0.1:<port>`: where it listens, which is its issuer only where nothing stands in front of it. */
  get origin(): string {
    return this.#server.origin
  }

  /** Listens. It has to be told its issuer before anyone asks it. */
  async start(): Promise<this> {
    await this.#server.start()
    return this
  }

  /** Becomes this issuer: its own origin, or that of what stands in front of it. */
  async serve(issuer: string, options: OidcServerOptions = {}): Promise<void> {
    const { Provider } = await loadOidcProvider()
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const signingKey = { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }
    const provider = new Provider(issuer, configurationOf(options, signingKey))
    this.#watch(provider)
    this.#provider = provider
  }

  async close(): Promise<void> {
    await this.#server.close()
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const provider = this.#provider
    if (!provider) throw new Error('Expected serve() to be called first')
    if (request.url?.startsWith(interactionPath)) return interact(provider, request, response)
    await provider.callback()(request, response)
  }

  #watch(provider: Provider): void {
    const { counts } = this
    provider.on('grant.success', () => counts.granted++)
    provider.on('grant.error', (_context, error) => this.#refused(error))
    provider.on('refresh_token.consumed', () => counts.consumed++)
    provider.on('grant.revoked', () => counts.familiesEnded++)
    provider.on('server_error', (_context, error) => void this.failures.push(error))
  }

  #refused({ error, error_detail: detail }: errors.OIDCProviderError): void {
    this.counts.refused++
    if (detail === 'refresh token already used') this.counts.reused++
    this.refusals.push(`${error}: ${detail}`)
  }
}
