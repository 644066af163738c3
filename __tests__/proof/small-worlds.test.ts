import { explore } from './exhaustive.js'
import { largerWorlds, smallWorlds } from './small-worlds.js'

const worlds = process.env['PROOF_LONG'] ? [...smallWorlds, ...largerWorlds] : smallWorlds

it.each(worlds)('every order holds: $name', async (small) => {
  const { orders, broken } = await explore(small)
  process.stderr.write(`${String(orders).padStart(8)} orders: ${small.name}\n`)
  if (broken) throw new Error(broken)
}, 3_600_000)
