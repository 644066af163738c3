import type { RefreshReason } from '../grant/grant-options.js'
import type { TokenSet } from '../tokens.js'

/**
 * Keeps the refresh token apart from the rest of the session, behind a prompt or in a keychain. Every method may
 * answer at once or with a promise. A prompt that is refused rejects: the session is kept, the grant is not made.
 */
export interface RefreshTokenVault {
  /** Asked at the moment of a grant and never else; undefined or null where it holds none. `reason` may be shown. */
  get(context: { readonly reason: RefreshReason }): unknown
  set(refreshToken: string): unknown
  clear(): unknown
  /** Whether it holds one, told without unlocking. Then `get` is asked only where there is something to get. */
  has?(): unknown
}

/** The app's vault, and the token that it has not taken yet: one that cannot be kept there is not lost. */
export class Vault {
  readonly #vault: RefreshTokenVault
  #untaken: string | undefined

  constructor(vault: RefreshTokenVault) {
    this.#vault = vault
  }

  /** What is in memory only until the vault has taken it. */
  get untaken(): string | undefined {
    return this.#untaken
  }

  /** Sets the refresh token aside until `keep` has its turn. What is left is what may be stored and remembered. */
  setAside({ refreshToken, ...rest }: TokenSet): TokenSet {
    this.#untaken = refreshToken
    return rest
  }

  /** `isVaulted`: the one that it holds belongs to this session. @throws what the vault does */
  async keep(isVaulted: boolean): Promise<void> {
    const token = this.#untaken
    if (token !== undefined) await withoutLongWords(() => this.#vault.set(token))
    else if (!isVaulted) await withoutLongWords(() => this.#vault.clear())
    if (this.#untaken === token) this.#untaken = undefined
  }

  /** @throws what the vault does: the user has refused the prompt, for one */
  async take(reason: RefreshReason): Promise<string | undefined> {
    if (this.#untaken !== undefined) return this.#untaken
    const vault = this.#vault
    const token = await withoutLongWords(async () =>
      !vault.has || (await vault.has()) ? vault.get({ reason }) : undefined,
    )
    return typeof token === 'string' && token ? token : undefined
  }

  async clear(): Promise<void> {
    this.#untaken = undefined
    await withoutLongWords(() => this.#vault.clear())
  }
}

/** A vault may quote what it keeps, and nobody else knows that token any more: no long word of its error goes on. */
async function withoutLongWords(call: () => unknown): Promise<unknown> {
  try {
    return await call()
  } catch (error) {
    const { name, message, code } = Object(error) as { name?: unknown; message?: unknown; code?: unknown }
    throw Object.assign(new Error(`${message as string}`.replace(/\S{16,}/g, '…')), { name, code })
  }
}
