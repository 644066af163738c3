import { isRefreshUnavailable } from 'tokenflight/axios'
import { printLane, tally, TimeAxis } from './lanes.js'
import { upTo, type Act, type Stage } from './stage.js'

const callers = 10

/** The token endpoint stumbles, then it is down for longer, then it is back. */
export const outage: Act = {
  title: 'The token endpoint is down',
  story: [
    'First it says 503 once: nobody notices. Then it says so until no time is left',
    'to try again: requests fail, nobody is signed out. Then it is back.',
  ],

  async play(stage) {
    const { auth, client, session } = stage
    const ask = () => Promise.allSettled(upTo(callers).map((id) => client.get(`/items/${id}`)))
    auth.expireAll()
    auth.down({ status: 503 }, 1)
    const stumble = await ask()
    auth.expireAll()
    auth.down({ status: 503 })
    const during = await ask()
    const { status } = session.getSnapshot()
    auth.up()
    await session.refresh()
    const after = await ask()
    draw(stage)
    judge(stage, { stumble, during, after }, status)
  },
}

type Outcomes = readonly PromiseSettledResult<unknown>[]

function draw({ api, auth, timeline }: Stage): void {
  const axis = new TimeAxis(timeline.elapsed)
  const attempts = auth.requests.map(({ at, status }) => {
    const from = at - timeline.start
    return { from, until: from + 1e-6, mark: status === 200 ? '✓' : '✗' }
  })
  const refused = auth.requests.filter(({ status }) => status === 503).length
  const moving = axis.crowd(timeline.in('wire', 'replayed'), callers)
  printLane('on the wire', 'cyan', moving, tally(api.requests.length, 'sent'))
  printLane(
    'held',
    'yellow',
    axis.crowd(timeline.in('held'), callers),
    tally(timeline.visitors('held'), 'waited'),
  )
  printLane('token endpoint', 'blue', axis.marks(attempts), tally(refused, 'times 503'))
  axis.print()
}

function judge(
  { api, facts, auth, loginsAsked }: Stage,
  outcomes: Record<string, Outcomes>,
  status: string,
): void {
  const { stumble = [], during = [], after = [] } = outcomes
  const unavailable = during.filter((one) => one.status === 'rejected' && isRefreshUnavailable(one.reason))
  facts.counted(fulfilled(stumble), callers, 'answered in spite of one 503')
  facts.counted(unavailable.length, callers, 'told to try later')
  facts.holds(status === 'active', 'still signed in')
  facts.counted(loginsAsked(), 0, 'logins asked for')
  facts.counted(fulfilled(after), callers, 'answered when it was back')
  facts.counted(api.answered(200).length, callers * 2, 'answers by the API')
  facts.counted(auth.counts.granted, 2, 'grants')
}

function fulfilled(outcomes: Outcomes): number {
  return outcomes.filter(({ status }) => status === 'fulfilled').length
}
