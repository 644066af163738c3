import { isLoginRequired } from 'tokenflight/axios'
import { printLane, tally, TimeAxis } from './lanes.js'
import { until, upTo, type Act, type Stage } from './stage.js'
import type { Place } from './timeline.js'

const callers = 25

/** The session is truly over. */
export const theEnd: Act = {
  title: 'The refresh token is revoked',
  story: [
    `${callers} requests wait for a grant that is refused: one call to sign in, no loop.`,
    'Then somebody signs in again.',
  ],

  async play(stage) {
    const { auth, client, session, timeline } = stage
    auth.revoke()
    auth.hold()
    const requests = Promise.allSettled(upTo(callers).map((id) => client.get(`/items/${id}`)))
    await until(session, () => timeline.visitors('held') === callers)
    auth.release()
    const outcomes = await requests
    const statusAfter = session.getSnapshot().status
    await session.login(auth.issue('grace'))
    const { data } = await client.get<{ who: string }>('/me')
    draw(stage)
    judge(stage, outcomes, statusAfter, data.who)
  },
}

function draw({ api, auth, timeline, loginsAsked }: Stage): void {
  const axis = new TimeAxis(timeline.elapsed)
  const crowd = (place: Place) => axis.crowd(timeline.in(place), callers)
  const grants = timeline.grants.map((grant) => ({ ...grant, mark: grant.succeeded ? '✓' : '✗' }))
  printLane('on the wire', 'cyan', crowd('wire'), tally(api.requests.length, 'sent'))
  printLane('held', 'yellow', crowd('held'), tally(timeline.visitors('held'), 'waited'))
  printLane('grant', 'red', axis.marks(grants), tally(auth.counts.refused, 'refused'))
  printLane('told', 'red', crowd('settled'), tally(loginsAsked(), 'login call'))
  axis.print()
}

function judge(
  { auth, facts, loginsAsked }: Stage,
  outcomes: readonly PromiseSettledResult<unknown>[],
  status: string,
  who: string,
): void {
  const told = outcomes.filter((one) => one.status === 'rejected' && isLoginRequired(one.reason))
  facts.counted(loginsAsked(), 1, 'call of onLoginRequired')
  facts.counted(told.length, callers, 'requests told why')
  facts.counted(auth.counts.asked, 1, 'grant asked')
  facts.holds(status === 'signedOut', 'signed out')
  facts.holds(who === 'grace', 'signed in again as grace')
}
