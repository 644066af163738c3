import type { Fault } from './faults.js'
import { overtakenGrant } from './overtaken-grant.js'
import { plain } from './world-options.js'

/** Faults in what begins, allows and follows a grant. */
export const faultsOfGrants: readonly Fault[] = [
  {
    name: 'clear the flight late: whoever waited goes on before the state has changed',
    edits: [
      {
        file: 'session/core.ts',
        find: 'this.transition(next)\n    if (event)',
        replace: 'for (const one of waiting.splice(0)) tell(one)\n    this.transition(next)\n    if (event)',
      },
    ],
    witness: {
      world: plain,
      steps: [['login', 0], ['expire'], ['request', 0, 'axios']],
      end: 'drain',
    },
  },
  {
    name: 'drop the stamp: a late 401 renews',
    edits: [
      {
        file: 'session/unauthorized.ts',
        find: "if (stamp.version < versionOf(state)) return 'replay'",
        replace: '',
      },
    ],
    witness: {
      world: plain,
      steps: [
        ['login', 0],
        ['request', 0, 'fetch'],
        ['refresh', 0],
        ['expire'],
        ['grant', 0, 'rotated'], // tab 0: grant with u1.1-r1
      ],
      end: 'drain',
    },
  },
  {
    name: 'ask without the lock',
    edits: [
      {
        file: 'session/renewal.ts',
        find: 'lock.request(lockName, { signal }, callback)',
        replace: 'Promise.resolve([lock, lockName, signal]).then(callback)',
      },
    ],
    witness: {
      world: { ...plain, tabs: 3, isShared: true, lock: 'slow' },
      steps: [['login', 0], ['expire'], ['request', 2, 'axios'], ['request', 0, 'fetch']],
      end: 'drain',
    },
  },
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
    witness: {
      world: { ...plain, tabs: 2, isShared: true, notices: 'slow' },
      steps: [['login', 0], ['expire'], ['open'], ['request', 0, 'fetch'], ['request', 2, 'axios']],
      end: 'drain',
    },
  },
  {
    name: 'do not read again before a grant',
    edits: [
      { file: 'session/flight.ts', find: 'if (isShared && !(await', replace: 'if (!isShared && !(await' },
    ],
    witness: {
      world: { ...plain, tabs: 2, isShared: true, notices: 'slow' },
      steps: [['login', 0], ['expire'], ['open'], ['request', 0, 'fetch'], ['request', 2, 'axios']],
      end: 'drain',
    },
  },
  {
    name: 'start a second grant while one is late',
    edits: [
      {
        file: 'session/landing.ts',
        find: 'if (!landing) this.#core.transition(givenUp(state))',
        replace: 'void givenUp',
      },
    ],
    witness: {
      world: { ...plain, expiresIn: 60 },
      steps: [
        ['login', 0],
        ['request', 0, 'axios'],
        ['refresh', 0],
        ['pass', 61000],
      ],
      end: 'drain',
    },
  },
  {
    name: 'ask again at once after a lost answer',
    edits: [
      {
        file: 'session/flight.ts',
        find: 'const mayAskAgain = !ambiguous ||',
        replace: 'const mayAskAgain = true ||',
      },
    ],
    witness: {
      world: plain,
      steps: [
        ['login', 0],
        ['request', 0, 'axios'],
        ['api', 0, 'refuse'], // tab 0: request 1 with u1.1-a1
        ['grant', 0, '500'], // tab 0: grant with u1.1-r1
      ],
      end: 'drain',
    },
  },
  {
    name: 'skip the cool-down',
    edits: [
      {
        file: 'session/state.ts',
        find: 'const leftMs = coolDown ? coolDown.until - now : 0',
        replace: 'const leftMs = 0 * now',
      },
    ],
    witness: {
      world: plain,
      steps: [
        ['login', 0],
        ['request', 0, 'axios'],
        ['api', 0, 'refuse'], // tab 0: request 1 with u1.1-a1
        ['grant', 0, '500'], // tab 0: grant with u1.1-r1
        ['request', 0, 'fetch'],
        ['api', 2, 'refuse'], // tab 0: request 2 with u1.1-a1
      ],
      end: 'drain',
    },
  },
  {
    name: 'send the old refresh token while a late answer is being stored',
    edits: [{ file: 'session/flight.ts', find: 'if (landing) await landing', replace: 'void landing' }],
    witness: {
      world: { ...plain, store: 'slow' },
      steps: [
        ['login', 0],
        ['store', 0, 'answer'], // tab 0: get
        ['store', 0, 'answer'], // tab 0: set version 1
        ['refresh', 0],
        ['expire'],
        ['timer'],
        ['timer'],
        ['timer'],
        ['request', 0, 'axios'],
      ],
      end: 'drain',
    },
  },
  {
    name: 'keep the old refresh token after a rotation',
    edits: [
      {
        file: 'tokens.ts',
        find: 'refreshToken: refreshToken ?? previous.refreshToken',
        replace: 'refreshToken: previous.refreshToken ?? refreshToken',
      },
    ],
    witness: {
      world: plain,
      steps: [
        ['login', 0],
        ['refresh', 0],
        ['grant', 0, 'rotated'], // tab 0: grant with u1.1-r1
        ['refresh', 0],
      ],
      end: 'drain',
    },
  },
  {
    name: 'do not read again after a pause between two attempts',
    isRare: true,
    edits: [
      {
        file: 'session/flight.ts',
        find: 'this.plan.isShared && this.#tries > 1 ?',
        replace: '!this.plan.isShared && this.#tries > 1 ?',
      },
    ],
    witness: {
      world: { ...plain, tabs: 2, isShared: true, notices: 'slow' },
      steps: [
        ['login', 0],
        ['notice', 0, 'deliver'], // tab 1: notice
        ['request', 1, 'axios'],
        ['expire'],
        ['api', 0, 'judge'], // tab 1: request 1 with u1.1-a1
        ['request', 0, 'axios'],
        ['pass', 61000],
        ['api', 0, 'judge'], // tab 0: request 2 with u1.1-a1
        ['grant', 1, '503'], // tab 0: grant with u1.1-r1
        ['grant', 0, 'rotated'], // tab 1: grant with u1.1-r1
        ['pass', 61000],
      ],
      end: 'drain',
    },
  },
  {
    name: 'throw away an answer that has replaced what another tab has stored meanwhile',
    isRare: true,
    edits: [
      {
        file: 'session/landing.ts',
        find: 'this.#isAt(isLeft ? base : plan, flight)',
        replace: 'this.#isAt(plan, flight)',
      },
    ],
    witness: {
      world: { ...plain, tabs: 2, isShared: true, notices: 'deaf', acquires: true },
      steps: [
        ['login', 0],
        ['request', 1, 'axios'],
        ['request', 1, 'one-shot'],
        ['api', 0, 'judge'], // tab 1: request 1 with no token
        ['request', 0, 'axios'],
        ['api', 1, 'judge'], // tab 1: request 1 with u1.1-a1
        ['expire'],
        ['api', 0, 'judge'], // tab 1: request 2 with u1.1-a1
        //   tab 1 asks for a grant with u1.1-r1
        ['pass', 5000],
        ['pass', 26_000],
        ['api', 0, 'judge'], // tab 0: request 3 with u1.1-a1
        //   tab 0 asks for a grant with u1.1-r1
        ['grant', 0, 'kept'], // tab 1: grant with u1.1-r1
        ['expire'],
        ['request', 0, 'axios'],
      ],
      end: 'drain',
    },
  },
  {
    name: 'cut a grant short that another tab has overtaken with the same refresh token',
    isRare: true,
    edits: [
      {
        file: 'session/persistence.ts',
        find: 'core.conclude(overtaken(core.state, credential)',
        replace: 'core.conclude(activated(credential)',
      },
    ],
    witness: overtakenGrant,
  },
  {
    name: 'free the lock of a grant that another tab has overtaken',
    isRare: true,
    edits: [{ file: 'session/core.ts', find: 'next.late?.hold(false)', replace: 'next.late?.linger(0)' }],
    witness: { ...overtakenGrant, steps: [...overtakenGrant.steps, ['pass', 600], ['refresh', 1]] },
  },
]
