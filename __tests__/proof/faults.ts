import type { Edit } from './edited-source.js'

/** A fault that somebody could make: what it is, and the change of the source that makes it. */
export interface Fault {
  readonly name: string
  readonly edits: readonly Edit[]
}

const fault = (name: string, file: string, find: string, replace: string): Fault => ({
  name,
  edits: [{ file: `session/${file}`, find, replace }],
})

/** Each of them has to be caught. */
export const faults: readonly Fault[] = [
  fault(
    'clear the flight late: whoever waited goes on before the state has changed',
    'core.ts',
    'this.transition(next)\n    if (event)',
    'for (const one of waiting.splice(0)) tell(one)\n    this.transition(next)\n    if (event)',
  ),
  fault(
    'skip the generation check of who goes on',
    'exchange.ts',
    'if (this.owner.core.state.generation !== this.generation) throw',
    'if (this.sequence < 0) throw',
  ),
  fault(
    'skip the generation check of a result: commit after another login',
    'landing.ts',
    'state.generation === plan.generation && versionOf(state) === plan.version',
    'versionOf(state) === plan.version',
  ),
  fault(
    'commit after a logout',
    'landing.ts',
    'if (this.isCurrent(flight)) this.#granted(credential)',
    'this.#granted(credential)',
  ),
  fault(
    'drop the stamp: a late 401 renews',
    'unauthorized.ts',
    "if (stamp.version < versionOf(state)) return 'replay'",
    '',
  ),
  {
    name: 'read the refresh token outside the lock',
    edits: [
      {
        file: 'session/flight.ts',
        find: "this.#phase = 'locking'\n",
        replace:
          "this.#phase = 'reading'\n    if (this.plan.isShared) await this.plan.ground.readAgain(this.#leftMs())\n    if (this.signal.aborted || !this.plan.ground.isCurrent(this)) return\n    this.#phase = 'locking'\n",
      },
      { file: 'session/flight.ts', find: 'if (isShared && !(await', replace: 'if (!isShared && !(await' },
    ],
  },
  fault(
    'do not read again before a grant',
    'flight.ts',
    'if (isShared && !(await',
    'if (!isShared && !(await',
  ),
  fault(
    'ask without the lock',
    'renewal.ts',
    'lock.request(lockName, { signal }, callback)',
    'Promise.resolve([lock, lockName, signal]).then(callback)',
  ),
  fault(
    'clear outside the lock',
    'landing.ts',
    'if (isKept && isCurrent()) await this.#persistence.clear(credential, isCurrent, limitMs, error.reason)\n    return () => {',
    'return () => {\n      if (isKept && isCurrent()) void this.#persistence.clear(credential, isCurrent, limitMs, error.reason)',
  ),
  fault(
    'forget one abort listener',
    'exchange.ts',
    "this.#request.signal?.removeEventListener('abort', this.#onAbort)",
    '',
  ),
  fault('keep who has aborted among those who wait', 'exchange.ts', 'this.owner.core.unwait(this)', ''),
  fault(
    'release waiters unsorted',
    'core.ts',
    'return taken.sort((one, other) => one.sequence - other.sequence)',
    'return taken',
  ),
  fault(
    'replay a third time',
    'exchange.ts',
    "if (finding === 'unmendable' || this.#isReplay)",
    "if (finding === 'unmendable')",
  ),
  fault(
    'replay a one-shot body',
    'exchange.ts',
    'if (this.#request.isOneShot) return this.#settle(outcome, new BodyNotReplayableError())',
    '',
  ),
  fault(
    'replay with the old token',
    'exchange.ts',
    "this.#stamp = this.owner.asksFor === 'renewal' ? undefined : this.owner.admission.use()",
    "this.#stamp ??= this.owner.asksFor === 'renewal' ? undefined : this.owner.admission.use()",
  ),
  fault(
    'start a second grant while one is late',
    'landing.ts',
    'this.#core.transition(givenUp(state))',
    'void givenUp',
  ),
  {
    name: 'keep the old refresh token after a rotation',
    edits: [
      {
        file: 'tokens.ts',
        find: 'refreshToken: refreshToken ?? previous.refreshToken',
        replace: 'refreshToken: previous.refreshToken ?? refreshToken',
      },
    ],
  },
  fault(
    'let waiters go on before the store has the new tokens',
    'landing.ts',
    'await this.#persistence.write(credential, () => this.isCurrent(flight), limitMs)',
    'void this.#persistence.write(credential, () => true, limitMs)',
  ),
  fault(
    'ask again at once after a lost answer',
    'flight.ts',
    'const mayAskAgain = !ambiguous ||',
    'const mayAskAgain = true ||',
  ),
  fault(
    'skip the cool-down',
    'state.ts',
    'const leftMs = coolDown ? coolDown.until - now : 0',
    'const leftMs = 0 * now',
  ),
  fault(
    'end a session without a last look into the store',
    'landing.ts',
    'if (isKept && isCurrent()) await this.readAgain(limitMs)\n    // Inside',
    '// Inside',
  ),
  fault(
    'take every failure for the end of the session',
    'flight.ts',
    "const refusal = ended ?? (verdict.type === 'refused' ? verdict.error : undefined)",
    "const refusal = ended ?? (verdict.type !== 'misconfigured' ? (verdict.error as never) : undefined)",
  ),
  fault(
    'leave who waits at an end without an answer',
    'landing.ts',
    'this.#core.change(next, event, error)\n    // In the same turn',
    'this.#core.conclude(next, () => {}, event)\n    // In the same turn',
  ),
  fault(
    'call onLoginRequired for each who waits',
    'landing.ts',
    "events.guard('onLoginRequired', () => settings.onLoginRequired?.(error), false, tokens)",
    "for (const _ of [1, 2]) events.guard('onLoginRequired', () => settings.onLoginRequired?.(error))",
  ),
  fault(
    'send the old refresh token while a late answer is being stored',
    'flight.ts',
    'if (landing) await landing',
    'void landing',
  ),
  fault(
    'replay what its caller has aborted meanwhile',
    'exchange.ts',
    'if (this.#request.signal?.aborted) throw this.#dropped(this.#request.aborted())',
    '',
  ),
  fault('adopt what is no news', 'news.ts', "if (isOld) return { type: 'none' }", 'void isOld'),
]
