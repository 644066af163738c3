import type { Fault } from './faults.js'
import { plain } from './world-options.js'

/** Faults that leave something behind, or someone. */
export const faultsOfTheEnd: readonly Fault[] = [
  {
    name: 'forget one abort listener',
    edits: [
      {
        file: 'session/exchange.ts',
        find: "this.#request.signal?.removeEventListener('abort', this.#onAbort)",
        replace: '',
      },
    ],
    witness: {
      world: { ...plain, acquires: true },
      steps: [['request', 0, 'axios']],
      end: 'drain',
    },
  },
  {
    name: 'leave who waits without an answer when the session is disposed of',
    edits: [
      {
        file: 'session/session.ts',
        find: 'core.change(disposed(core.state), undefined, error)',
        replace: 'core.conclude(disposed(core.state), () => void error)',
      },
    ],
    witness: {
      world: { ...plain, acquires: true },
      steps: [['refresh', 0]],
      end: 'dispose',
    },
  },
  {
    name: 'leave the timers of a flight',
    edits: [
      {
        file: 'session/flight.ts',
        find: 'leave(): void {\n    for (const timer of this.#timers) timer.clear()',
        replace: 'leave(): void {',
      },
    ],
    witness: {
      world: plain,
      steps: [
        ['login', 0],
        ['refresh', 0],
      ],
      end: 'dispose',
    },
  },
  {
    name: 'let every timer keep the process',
    edits: [{ file: 'session/timer.ts', find: '  timer.unref?.()\n  return', replace: '  return' }],
    witness: {
      world: { ...plain, store: 'slow' },
      steps: [
        ['store', 0, 'hang'], // tab 0: get
      ],
      end: 'drain',
    },
  },
  {
    name: 'stay subscribed to the store',
    edits: [
      {
        file: 'session/persistence.ts',
        find: '() => this.#unsubscribe?.())',
        replace: '() => void this.#unsubscribe)',
      },
    ],
    witness: {
      world: plain,
      steps: [],
      end: 'drain',
    },
  },
  {
    name: 'keep the lock after its turn',
    edits: [{ file: 'lock/in-process.ts', find: '&& table.delete(name)', replace: '&& table.has(name)' }],
    witness: {
      world: { ...plain, isShared: true },
      steps: [
        ['login', 0],
        ['refresh', 0],
      ],
      end: 'drain',
    },
  },
  {
    name: 'leave the rejection of a store to nobody',
    edits: [
      {
        file: 'session/persistence.ts',
        find: 'turn.catch(() => signal.aborted && made).catch(nothing)',
        replace: 'turn.then(nothing)',
      },
    ],
    witness: {
      world: { ...plain, store: 'slow' },
      steps: [['login', 0], ['timer']],
      end: 'dispose',
    },
  },
  {
    name: 'look into the store without end',
    edits: [
      {
        file: 'session/persistence.ts',
        find: "if (news.type === 'none' || core.state.status === 'disposed') return\n",
        replace: "if (news.type === 'none') return void this.readAgain()\n",
      },
    ],
    witness: {
      world: { ...plain, isShared: true },
      steps: [
        ['login', 0],
        ['refresh', 0],
      ],
      end: 'drain',
    },
  },
]
