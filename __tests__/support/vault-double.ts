import type { RefreshTokenVault } from 'tokenflight/axios'

/** A vault that keeps one token behind a prompt, and what was asked of it. */
export class VaultDouble implements RefreshTokenVault {
  held: string | undefined
  /** The reasons of every prompt. */
  readonly prompts: string[] = []
  readonly calls: string[] = []
  /** What the user does at a prompt: default unlocks. */
  onPrompt: () => unknown = () => undefined
  /** What writing does besides. */
  onSet: () => unknown = () => undefined

  async get({ reason }: { reason: string }): Promise<string | undefined> {
    this.prompts.push(reason)
    await this.onPrompt()
    return this.held
  }

  async set(token: string): Promise<void> {
    this.calls.push('set')
    await this.onSet()
    this.held = token
  }

  async clear(): Promise<void> {
    this.calls.push('clear')
    this.held = undefined
  }
}
