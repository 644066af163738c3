import { setTimeout as pause } from 'node:timers/promises'
import { printLane, tally, TimeAxis } from './lanes.js'
import { until, upTo, type Act, type Stage } from './stage.js'
import type { Place } from './timeline.js'

const early = 60
const late = 40

/** A hundred requests meet one dead token. */
export const storm: Act = {
  title: 'One dead token, a hundred requests at once',
  story: [
    `The API has just dropped the token. ${early} POSTs leave with it; ${late} more are made`,
    'when the first 401 is back. The token endpoint takes its time.',
  ],

  async play(stage) {
    const { auth, client, session, timeline } = stage
    auth.expireAll()
    auth.hold()
    const order = (id: number) => client.post<{ path: string }>(`/orders/${id}`, { id })
    const refused = until(session, () => timeline.visitors('held') > 0)
    const first = upTo(early).map(order)
    await refused
    const second = upTo(late).map((id) => order(early + id))
    await until(session, () => timeline.visitors('held') === early + late)
    await pause(40)
    auth.release()
    const answers = await Promise.all([...first, ...second])
    draw(stage)
    const own = answers.filter(({ data }, index) => data.path === `/orders/${index + 1}`)
    judge(stage, own.length)
  },
}

function draw({ auth, api, timeline }: Stage): void {
  const axis = new TimeAxis(timeline.elapsed)
  const crowd = (place: Place) => axis.crowd(timeline.in(place), early + late)
  const orders = new Set(api.requests.map(({ path }) => path)).size
  printLane('on the wire', 'cyan', crowd('wire'), tally(orders, 'sent'))
  printLane('held', 'yellow', crowd('held'), tally(timeline.visitors('held'), 'waited'))
  printLane('grant', 'blue', axis.crowd(timeline.grants, 1), tally(auth.counts.asked, 'asked'))
  printLane('replayed', 'cyan', crowd('replayed'), tally(api.requests.length - orders, 'replayed'))
  printLane('answered', 'green', crowd('settled'), tally(api.answered(200).length, 'answered'))
  axis.print()
}

function judge({ auth, api, facts, timeline }: Stage, ownAnswers: number): void {
  const done = api.answered(200).map(({ path }) => path)
  const inOrder = timeline.released.every((id, index, ids) => index === 0 || id > (ids[index - 1] ?? 0))
  facts.counted(auth.counts.asked, 1, 'grant')
  facts.counted(api.answered(401).length, early, 'refused with 401')
  facts.counted(api.requests.length, early + late + early, 'requests reached the API')
  facts.counted(ownAnswers, early + late, 'callers got their own answer')
  facts.counted(done.length - new Set(done).size, 0, 'orders placed twice')
  facts.holds(inOrder && timeline.released.length === early + late, 'let go in the order they were made')
}
