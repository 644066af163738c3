import type { Fault } from './faults.js'
import { plain } from './world-options.js'

/** Faults in the way of one request. */
export const faultsOfRequests: readonly Fault[] = [
  {
    name: 'skip the generation check of who goes on',
    edits: [
      {
        file: 'session/exchange.ts',
        find: 'if (this.owner.core.state.generation !== this.generation) throw',
        replace: 'if (this.sequence < 0) throw',
      },
    ],
    witness: {
      world: { ...plain, acquires: true },
      steps: [
        ['request', 0, 'axios'],
        ['when', 0, 'granted', 'login'],
      ],
      end: 'drain',
    },
  },
  {
    name: 'keep who has aborted among those who wait',
    edits: [{ file: 'session/exchange.ts', find: 'this.owner.core.unwait(this)', replace: '' }],
    witness: {
      world: { ...plain, acquires: true },
      steps: [
        ['refresh', 0],
        ['abort', 0],
      ],
      end: 'drain',
    },
  },
  {
    name: 'let who has aborted wait on',
    edits: [
      {
        file: 'session/exchange.ts',
        find: '(this.#onAbort = () => this.#callOff(this.#request.aborted())))',
        replace: '(this.#onAbort = () => {}))',
      },
    ],
    witness: {
      world: { ...plain, acquires: true },
      steps: [
        ['refresh', 0],
        ['abort', 0],
      ],
      end: 'drain',
    },
  },
  {
    name: 'release waiters unsorted',
    edits: [
      {
        file: 'session/core.ts',
        find: 'return taken.sort((one, other) => one.sequence - other.sequence)',
        replace: 'return taken',
      },
    ],
    witness: {
      world: { ...plain, acquires: true },
      steps: [
        ['request', 0, 'axios'],
        ['request', 0, 'one-shot'],
      ],
      end: 'drain',
    },
  },
  {
    name: 'replay a third time',
    edits: [
      {
        file: 'session/exchange.ts',
        find: "if (finding === 'unmendable' || this.#isReplay)",
        replace: "if (finding === 'unmendable')",
      },
    ],
    witness: {
      world: plain,
      steps: [
        ['login', 0],
        ['request', 0, 'axios'],
        ['api', 0, 'refuse'], // tab 0: request 1 with u1.1-a1
        ['grant', 0, 'kept'], // tab 0: grant with u1.1-r1
        ['api', 0, 'refuse'], // tab 0: request 1 with u1.1-a2
      ],
      end: 'drain',
    },
  },
  {
    name: 'replay a one-shot body',
    edits: [
      {
        file: 'session/exchange.ts',
        find: 'if (this.#request.isOneShot) return this.#settle(outcome, new BodyNotReplayableError())',
        replace: '',
      },
    ],
    witness: {
      world: plain,
      steps: [['login', 0], ['expire'], ['request', 0, 'one-shot']],
      end: 'drain',
    },
  },
  {
    name: 'replay with the old token',
    edits: [
      {
        file: 'session/exchange.ts',
        find: "this.#stamp = this.owner.asksFor === 'renewal' ? undefined : this.owner.admission.use()",
        replace: "this.#stamp ??= this.owner.asksFor === 'renewal' ? undefined : this.owner.admission.use()",
      },
    ],
    witness: {
      world: plain,
      steps: [['login', 0], ['expire'], ['request', 0, 'axios']],
      end: 'drain',
    },
  },
  {
    name: 'replay what its caller has aborted meanwhile',
    edits: [
      {
        file: 'session/exchange.ts',
        find: 'if (this.#request.signal?.aborted) throw this.#dropped(this.#request.aborted())',
        replace: '',
      },
    ],
    witness: {
      world: plain,
      steps: [
        ['login', 0],
        ['request', 0, 'axios'],
        ['api', 0, 'refuse'], // tab 0: request 1 with u1.1-a1
        ['pass', 61000],
        ['when', 0, 'unauthorized', 'abort'],
        ['request', 0, 'fetch'],
        ['grant', 0, 'rotated'], // tab 0: grant with u1.1-r1
        ['api', 0, 'refuse'], // tab 0: request 2 with u1.1-a1
      ],
      end: 'drain',
    },
  },
  {
    name: 'tell twice that a request has ended',
    edits: [
      {
        file: 'session/exchange.ts',
        find: 'this.#ended(value, status)\n    if (isError) throw value',
        replace: 'this.#ended(value, status)\n    this.#ended(value, status)\n    if (isError) throw value',
      },
    ],
    witness: {
      world: plain,
      steps: [['request', 0, 'axios']],
      end: 'drain',
    },
  },
]
