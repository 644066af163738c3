import { effort, tell, testTimeoutMs } from './effort.js'
import { explore } from './exhaustive.js'
import { Figures } from './figures.js'
import { largerWorlds, smallWorlds } from './small-worlds.js'
import { progress } from './progress.js'

const worlds = effort.isLong ? [...smallWorlds, ...largerWorlds] : smallWorlds
const figures = new Figures('orders')

it.each(worlds)(
  'every order holds: $name',
  async (small) => {
    const { orders, broken } = await explore(small, undefined, progress(`orders: ${small.name}`))
    tell(`${String(orders).padStart(8)} orders: ${small.name}`)
    if (broken) throw new Error(`${broken.complaints.join('\n')}\n${broken.print()}`)
    figures.hold(small.name, orders)
  },
  testTimeoutMs,
)

it('README.md tells of each small world, and of no other', () => {
  figures.holdOnly([...smallWorlds, ...largerWorlds].map(({ name }) => name))
})
