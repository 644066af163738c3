import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Collections are asked for in a process of its own: jest keeps much alive. */
async function play(): Promise<Record<string, never>> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', join(__dirname, 'program.ts')],
    { cwd: join(__dirname, '..', '..') },
  )
  return JSON.parse(stdout) as Record<string, never>
}

let found: Record<string, unknown>

beforeAll(async () => {
  found = await play()
}, 300_000)

it('a session, its instance and its fetch wrapper are collected after detach and dispose (37)', () => {
  expect(found['disposed']).toEqual([])
})

it('a session that was disposed of while a grant was on its way is collected with all that it held (37)', () => {
  expect(found['disposedWhileGranting']).toEqual([])
})

it('a detached instance and a dropped fetch wrapper are collected while their session lives on (37)', () => {
  expect(found['detachedInstance']).toEqual({ left: [], status: 'active' })
})

it('a session that was disposed of is collected while its instance lives on (37)', () => {
  expect(found['detachedSession']).toEqual({ left: [], baseURL: 'https://api.example.com' })
})

it('held requests let go of their bodies once they settled, however they did (37)', () => {
  expect(found['bodies']).toEqual({ left: [], held: 0 })
})

it('100,000 abort signals are left without a listener, though each was listened to (20, 37)', () => {
  const { listenersWhileHeld, ...rest } = found['manySignals'] as Record<string, number>
  // Of each 500 one in eight asks for a token before anyone knows that it is refused, and is not held.
  expect(listenersWhileHeld).toBe(200 * 437)
  expect(rest).toEqual({ signals: 100_000, listeners: 0, held: 0, aborted: 200 * 87 })
})

it('one signal for 100,000 requests has a listener for each that is held and none at the end (20, 37)', () => {
  const { bytesPerRequest, ...rest } = found['oneSignal'] as Record<string, number>
  expect(rest).toEqual({ requests: 100_000, mostListeners: 437, listeners: 0 })
  // Between the first half and the second the heap may breathe by 400 kB; one thing kept of each would be more.
  expect(bytesPerRequest).toBeLessThan(8)
})
