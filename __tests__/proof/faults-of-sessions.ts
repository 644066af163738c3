import type { Fault } from './faults.js'
import { plain } from './world-options.js'

/** Faults in what a login, a logout or an end means. */
export const faultsOfSessions: readonly Fault[] = [
  {
    name: 'skip the generation check of a result: commit after another login',
    edits: [
      {
        file: 'session/landing.ts',
        find: 'state.generation === generation && versionOf(state) === version',
        replace: 'versionOf(state) === version',
      },
    ],
    witness: {
      world: { ...plain, tabs: 3, isShared: true, notices: 'slow' },
      steps: [
        ['login', 0],
        ['notice', 0, 'deliver'], // tab 1: notice
        ['refresh', 1],
        ['login', 0],
      ],
      end: 'drain',
    },
  },
  {
    name: 'commit after a logout',
    edits: [
      {
        file: 'session/landing.ts',
        find: 'return isWanted() ? this.#granted(credential) : this.commit(flight, tokens, sentAt, limitMs)',
        replace: 'return this.#granted(credential)',
      },
    ],
    witness: {
      world: { ...plain, store: 'slow' },
      steps: [
        ['login', 0],
        ['refresh', 0],
        ['grant', 0, 'rotated'], // tab 0: grant with u1.1-r1
        ['logout', 0],
      ],
      end: 'drain',
    },
  },
  {
    name: 'take every failure for the end of the session',
    edits: [
      {
        file: 'session/flight.ts',
        find: "const refused = verdict.type === 'refused' ? verdict.error : undefined",
        replace: "const refused = verdict.type !== 'misconfigured' ? (verdict.error as never) : undefined",
      },
    ],
    witness: {
      world: { ...plain, isShared: true, acquires: true },
      steps: [
        ['login', 0],
        ['expire'],
        ['open'],
        ['request', 0, 'axios'],
        ['api', 0, 'judge'], // tab 0: request 1 with u1.1-a1
        ['grant', 0, 'junk'], // tab 0: grant with u1.1-r1
      ],
      end: 'drain',
    },
  },
  {
    name: 'leave who waits at an end without an answer',
    edits: [
      {
        file: 'session/landing.ts',
        find: 'this.#core.change(next, event, error)\n    // In the same turn',
        replace: 'this.#core.conclude(next, () => {}, event)\n    // In the same turn',
      },
    ],
    witness: {
      world: plain,
      steps: [
        ['login', 0],
        ['request', 0, 'axios'],
        ['api', 0, 'refuse'], // tab 0: request 1 with u1.1-a1
        ['grant', 0, 'invalid_grant'], // tab 0: grant with u1.1-r1
      ],
      end: 'drain',
    },
  },
  {
    name: 'call onLoginRequired for each who waits',
    edits: [
      {
        file: 'session/landing.ts',
        find: "events.guard('onLoginRequired', () => settings.onLoginRequired?.(error), false, tokens)",
        replace:
          "for (const _ of [1, 2]) events.guard('onLoginRequired', () => settings.onLoginRequired?.(error))",
      },
    ],
    witness: {
      world: plain,
      steps: [
        ['login', 0],
        ['request', 0, 'axios'],
        ['api', 0, 'refuse'], // tab 0: request 1 with u1.1-a1
        ['grant', 0, 'invalid_grant'], // tab 0: grant with u1.1-r1
      ],
      end: 'drain',
    },
  },
  {
    name: 'take a login of another tab for the same session',
    edits: [
      {
        file: 'session/news.ts',
        find: "current?.sessionId === record.sessionId ? 'renewed' : 'login'",
        replace: "'renewed'",
      },
    ],
    witness: {
      world: { ...plain, tabs: 3, isShared: true, store: 'slow' },
      steps: [['login', 0], ['expire'], ['login', 1], ['request', 0, 'fetch']],
      end: 'drain',
    },
  },
]
