import { effort, tell, testTimeoutMs } from './effort.js'
import { explore } from './exhaustive.js'
import { largerWorlds, smallWorlds } from './small-worlds.js'

const worlds = effort.isLong ? [...smallWorlds, ...largerWorlds] : smallWorlds

it.each(worlds)(
  'every order holds: $name',
  async (small) => {
    const { orders, broken } = await explore(small)
    tell(`${String(orders).padStart(8)} orders: ${small.name}`)
    if (broken) throw new Error(broken)
  },
  testTimeoutMs,
)
