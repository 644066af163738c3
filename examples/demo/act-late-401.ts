import { marksOf, printLane, tally, TimeAxis } from './lanes.js'
import type { Act, Stage } from './stage.js'

/** A 401 that speaks of a token which has been renewed in the meantime. */
export const late401: Act = {
  title: 'The late 401',
  story: [
    'Both leave with the dead token. The 401 of /slow is on its way so long that',
    'the token has been renewed for /fast when it comes.',
  ],

  async play(stage) {
    const { auth, api, client } = stage
    auth.expireAll()
    api.hold('/slow')
    const slow = client.get('/slow')
    await api.arrived(1)
    const fast = await client.get('/fast')
    const grantsBefore = auth.counts.asked
    api.release()
    const statuses = [(await slow).status, fast.status]
    draw(stage)
    judge(stage, statuses, grantsBefore)
  },
}

function draw({ api, auth, timeline }: Stage): void {
  const axis = new TimeAxis(timeline.elapsed)
  for (const path of ['/slow', '/fast']) {
    const answers = api.requests.filter((request) => request.path === path).map(({ status }) => status)
    printLane(path, 'cyan', axis.marks(marksOf(timeline.of(path))), ` ${answers.join(' → ')}`)
  }
  printLane('grant', 'blue', axis.crowd(timeline.grants, 1), tally(auth.counts.asked, 'asked'))
  axis.print()
}

function judge({ auth, api, facts }: Stage, statuses: readonly number[], grantsBefore: number): void {
  facts.counted(grantsBefore, 1, 'grant before it came')
  facts.counted(auth.counts.asked - grantsBefore, 0, 'more because of it')
  facts.counted(statuses.filter((status) => status === 200).length, 2, 'callers got their answer')
  facts.counted(api.requests.length, 4, 'requests reached the API')
}
