import type { Fault } from './faults.js'
import { plain } from './world-options.js'

/** Faults in what tabs know of each other, and in the store. */
export const faultsOfTheStore: readonly Fault[] = [
  {
    name: 'clear outside the lock',
    edits: [
      {
        file: 'session/landing.ts',
        find: 'if (isKept && isCurrent()) await this.#persistence.clear(credential, isCurrent, limitMs, error.reason)\n    return () => {',
        replace:
          'return () => {\n      if (isKept && isCurrent()) void this.#persistence.clear(credential, isCurrent, limitMs, error.reason)',
      },
    ],
    witness: {
      world: { ...plain, tabs: 2, isShared: true },
      steps: [
        ['login', 0],
        ['request', 1, 'one-shot'],
        ['expire'],
        ['request', 0, 'axios'],
        ['api', 1, 'judge'], // tab 0: request 2 with u1.1-a1
        ['grant', 0, 'invalid_grant'], // tab 0: grant with u1.1-r1
      ],
      end: 'drain',
    },
  },
  {
    name: 'let waiters go on before the store has the new tokens',
    edits: [
      {
        file: 'session/landing.ts',
        find: 'await this.#persistence.write(credential, isWanted, limitMs)',
        replace: 'void this.#persistence.write(credential, () => true, limitMs)',
      },
    ],
    witness: {
      world: plain,
      steps: [['login', 0], ['expire'], ['request', 0, 'axios']],
      end: 'drain',
    },
  },
  {
    name: 'end a session without a last look into the store',
    edits: [
      {
        file: 'session/landing.ts',
        find: 'if (isKept && isCurrent()) await this.readAgain(limitMs)\n    // Inside',
        replace: '// Inside',
      },
    ],
    witness: {
      world: { ...plain, tabs: 2, isShared: true, notices: 'deaf' },
      steps: [
        ['login', 0],
        ['expire'],
        ['request', 0, 'axios'],
        ['api', 0, 'judge'], // tab 0: request 1 with u1.1-a1
        ['login', 1],
        ['grant', 0, 'invalid_grant'], // tab 0: grant with u1.1-r1
      ],
      end: 'drain',
    },
  },
  {
    name: 'adopt what is no news',
    edits: [{ file: 'session/news.ts', find: "if (isOld) return { type: 'none' }", replace: 'void isOld' }],
    witness: {
      world: { ...plain, isShared: true },
      steps: [['login', 0], ['expire'], ['request', 0, 'axios']],
      end: 'drain',
    },
  },
  {
    name: 'take a store that has not written yet for a logout elsewhere',
    edits: [
      {
        file: 'session/news.ts',
        find: 'return current.sessionId === known?.sessionId\n',
        replace: 'return current !== known\n',
      },
    ],
    witness: {
      world: { ...plain, tabs: 3, isShared: true },
      steps: [
        ['login', 0],
        ['refresh', 0],
        ['logout', 2],
      ],
      end: 'drain',
    },
  },
]
