import type { Core } from './core.js'
import { credentialOf } from './state.js'
import { endpointFinder, type FindEndpoints } from '../grant/endpoints.js'
import type { Grant } from '../grant/grant.js'
import { loader } from '../grant/loader.js'
import type { RefreshTokenGrant } from '../grant/grant-options.js'
import type { RevokeAll } from './revoke-all.js'
import type { TokenStore } from '../store/token-store.js'

/** Tells the server of a logout (RFC 7009). The code that does it is loaded where an endpoint can be known. */
export class Revocation {
  readonly find: FindEndpoints
  readonly #core: Core
  readonly #store: TokenStore
  readonly #load: (() => Promise<RevokeAll>) | undefined
  #loaded: RevokeAll | undefined

  constructor(core: Core, store: TokenStore) {
    const { refresh, allowInsecure } = core.settings
    const find = (this.find = endpointFinder((refresh ?? {}) as RefreshTokenGrant, allowInsecure))
    this.#core = core
    this.#store = store
    if (typeof refresh === 'object' && (refresh.issuer ?? refresh.revocationEndpoint))
      this.#load = loader(() =>
        import('./revoke-all.js').then((code) => (this.#loaded = new code.RevokeAll(core, refresh, find))),
      )
  }

  /** The same grant, but a logout that revokes does not cut it short: its answer may hold a new refresh token. */
  over(grant: Grant): Grant {
    const load = this.#load
    if (!load) return grant
    return async (...asked) => {
      const loaded = await load().catch(() => undefined)
      return loaded ? loaded.grant(grant, ...asked) : grant(...asked)
    }
  }

  /** Signs out here at once by `leave`, and then tells the server. Rejects only where `leave` does. */
  async logout(leave: () => Promise<void>): Promise<void> {
    const { state } = this.#core
    // Read before it is cleared: nobody has looked into it yet.
    const stored = state.status === 'loading' ? this.#stored() : undefined
    const leftovers = { tokens: credentialOf(state)?.tokens, stored, sent: this.#loaded?.takeSent() }
    await Promise.all([leave(), this.#revoke((loaded) => loaded.revoke(leftovers))])
  }

  /** Ends every revocation. */
  close(): void {
    this.#loaded?.close()
  }

  /** Whoever else reads it reports what fails. */
  async #stored(): Promise<unknown> {
    try {
      return await this.#store.get()
    } catch {
      return undefined
    }
  }

  async #revoke(by: (loaded: RevokeAll) => Promise<void>): Promise<void> {
    const { events } = this.#core
    try {
      if (this.#load) await by(await this.#load())
      else events.problem('Nothing was revoked: set `refresh.revocationEndpoint` or `refresh.issuer`')
    } catch (cause) {
      events.problem('Nothing was revoked', cause)
    }
  }
}
