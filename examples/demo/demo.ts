/** `npm run demo`: four acts on real servers, drawn from what the session tells and checked with what the servers saw. */
import { theEnd } from './act-end.js'
import { late401 } from './act-late-401.js'
import { outage } from './act-outage.js'
import { storm } from './act-storm.js'
import { paint, say } from './paint.js'
import { perform, type Act } from './stage.js'

const patienceMs = 14_000

async function main(): Promise<void> {
  const start = performance.now()
  say()
  say(`${paint('bold', 'tokenflight')}  an axios instance, an API and an authorization server on loopback`)
  say(paint('dim', 'The higher a bar, the more requests at once. ━ first sent ░ held ≡ sent again'))
  const broken: string[] = []
  let count = 0
  for (const [index, act] of [storm, late401, outage, theEnd].entries()) {
    const facts = await show(act, index + 1)
    count += facts.count
    broken.push(...facts.broken.map((what) => `act ${index + 1}: ${what}`))
  }
  conclude(broken, count, performance.now() - start)
}

async function show(act: Act, number: number) {
  say()
  say(paint('bold', `${number}  ${act.title}`))
  for (const line of act.story) say(paint('dim', line))
  say()
  const facts = await perform(act)
  say()
  facts.print()
  return facts
}

function conclude(broken: readonly string[], count: number, elapsedMs: number): void {
  say()
  if (broken.length === 0)
    return say(`All ${count} facts hold, as the servers counted them (${(elapsedMs / 1000).toFixed(1)} s).`)
  process.exitCode = 1
  console.error(`The demo found ${broken.length} of ${count} facts broken:\n${broken.join('\n')}`)
}

function giveUp(): void {
  console.error(`The demo did not end within ${patienceMs / 1000} s: something waits that nobody releases.`)
  process.exit(1)
}

setTimeout(giveUp, patienceMs).unref()
void main()
