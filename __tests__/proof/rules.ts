import { freshTokens, loginRequiredOnce, neededGrants } from './rules-of-sessions.js'
import {
  abortedAtOnce,
  endsOnce,
  holdsNobodyGone,
  inOrder,
  nothingAfterItsEnd,
  ownTokens,
  replays,
} from './rules-of-requests.js'
import { noneCutShort, noTokenTwice, oneGrant } from './rules-of-grants.js'
import type { Rule } from './journal.js'
import {
  keepsSessions,
  looksBeforeAnEnd,
  overwritesNobody,
  staysAway,
  storedFirst,
} from './rules-of-the-store.js'

/**
 * The reference model: what must hold in any world, after every program. Each rule reads the journal alone, so none
 * knows how the package does it. The rules for the end of a program are in `end.ts`.
 */
export function rules(): Rule[] {
  return [
    oneGrant(),
    noneCutShort(),
    noTokenTwice(),
    neededGrants(),
    ownTokens(),
    freshTokens(),
    replays(),
    inOrder(),
    nothingAfterItsEnd(),
    abortedAtOnce(),
    endsOnce(),
    holdsNobodyGone(),
    loginRequiredOnce(),
    storedFirst(),
    overwritesNobody(),
    keepsSessions(),
    staysAway(),
    looksBeforeAnEnd(),
  ]
}
