import type { Program } from './run.js'
import { plain } from './world-options.js'

/**
 * Two tabs ask with one refresh token, since the first is past its deadline. The answer to the first keeps it and is
 * stored; the second hears of that with its own grant on the wire.
 */
export const overtakenGrant: Program = {
  world: { ...plain, tabs: 2, isShared: true },
  steps: [
    ['login', 0],
    ['request', 1, 'axios'],
    ['expire'],
    ['api', 0, 'judge'], // tab 1: request 1 with u1.1-a1
    //   tab 1 asks for a grant with u1.1-r1
    ['request', 0, 'axios'],
    ['pass', 31_000],
    ['api', 0, 'judge'], // tab 0: request 2 with u1.1-a1
    //   tab 0 asks for a grant with u1.1-r1
    ['grant', 0, 'kept'], // tab 1: grant with u1.1-r1
    //   tab 0 tells 'adopted'
  ],
  end: 'drain',
}
