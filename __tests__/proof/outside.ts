/** What can become of each kind of call that left the package. */
export interface Outcomes {
  /** The API judges the token, refuses whatever token, fails, or the network does. */
  readonly api: 'judge' | 'refuse' | 'error' | 'offline'
  /**
   * 'rotated': new tokens; 'kept': a new access token only; 'lost' and 'junk': the server rotated, and the answer
   * is a network error or HTML; 'offline': it never arrived.
   */
  readonly grant: 'rotated' | 'kept' | 'invalid_grant' | '503' | '500' | 'lost' | 'junk' | 'offline' | 'hang'
  readonly acquire: 'same' | 'other' | 'offline' | 'refused'
  /** 'was': a read tells what was there when it began. 'apply': it has happened, and the answer is still to come. */
  readonly store: 'answer' | 'was' | 'apply' | 'fail' | 'hang'
  readonly lock: 'give' | 'fail'
  readonly notice: 'deliver'
}

export type Kind = keyof Outcomes

/** All of them. */
export const kinds: readonly Kind[] = ['api', 'grant', 'acquire', 'store', 'lock', 'notice']

/** What becomes of a call where nobody says otherwise: the outside does its best. */
export const kindly: { readonly [K in Kind]: Outcomes[K] } = {
  api: 'judge',
  grant: 'rotated',
  acquire: 'same',
  store: 'answer',
  lock: 'give',
  notice: 'deliver',
}

/** A call that has left the package and waits for the world. */
export interface Pending {
  readonly kind: Kind
  readonly tab: number
  /** For whoever reads a program: `GET /r1 with u1.1-a1`. */
  readonly label: string
  /** True where it cannot happen yet: the lock is held by another. */
  readonly isBlocked?: () => boolean
  settle(how: string): void
}

/** Everything that waits for the outside world, oldest first. Nothing in it moves by itself. */
export class Outside {
  readonly #pending: Pending[] = []

  /** Everything that can happen next. */
  get ready(): readonly Pending[] {
    return this.#pending.filter(({ isBlocked }) => !isBlocked?.())
  }

  of(kind: Kind): readonly Pending[] {
    return this.ready.filter((one) => one.kind === kind)
  }

  add(pending: Pending): Pending {
    this.#pending.push(pending)
    return pending
  }

  remove(pending: Pending): void {
    const index = this.#pending.indexOf(pending)
    if (index >= 0) this.#pending.splice(index, 1)
  }
}

/** A promise of the outside world's; it leaves the list when it settles, or when its caller aborts it. */
export function external<T>(
  outside: Outside,
  facts: Omit<Pending, 'settle'>,
  signal: AbortSignal | null | undefined,
  decide: (how: string, settle: { resolve(value: T): void; reject(reason: unknown): void }) => void | 'stays',
  onAbort?: () => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const leave = (): void => {
      outside.remove(pending)
      signal?.removeEventListener('abort', aborted)
    }
    const aborted = (): void => {
      leave()
      onAbort?.()
      reject(signal?.reason as Error)
    }
    const pending = outside.add({
      ...facts,
      settle(how) {
        if (how === 'hang') return outside.remove(pending)
        const stays = decide(how, { resolve, reject })
        if (stays !== 'stays') leave()
      },
    })
    if (signal?.aborted) aborted()
    else signal?.addEventListener('abort', aborted)
  })
}
