import { execFile } from 'node:child_process'
import { join } from 'node:path'

/** Runs a program of its own that must end by itself; what is still alive after the limit is killed and fails. */
function run(scene: string): Promise<{ code: number; printed: string }> {
  const program = join(__dirname, '..', 'support', 'exit-program.ts')
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', program, scene],
      { cwd: join(__dirname, '..', '..'), timeout: 12_000 },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0
        resolve({ code, printed: `${stdout}${stderr}`.trim() })
      },
    )
  })
}

it.each([
  ['a session that is signed in, with nothing to do', 'idle'],
  ['a session that was never used', 'unused'],
  ['a cool-down', 'cool-down'],
  ['a grant behind the traffic that never answers', 'ahead'],
  ['a grant that nobody waits for any more', 'abandoned'],
  ['a grant whose only waiter has left', 'left'],
  ['a store that never answers', 'silent-store'],
])('%s keeps no process alive (37)', async (_, scene) => {
  expect(await run(scene)).toEqual({ code: 0, printed: 'done' })
})

it.each([
  ['the mark of a version that was stored', 'mark'],
  ['the lease of a grant that nobody waits for', 'lease'],
])('%s in a localStorage keeps no process alive (34, 37)', async (_, scene) => {
  expect(await run(scene)).toEqual({ code: 0, printed: 'done 0 timers' })
})

it.each([
  ['someone who waits for the end of a cool-down', 'waiting-acquire'],
  ['one who waits beside another who has gone', 'waiting-joined'],
])('%s keeps it alive where there is acquire alone, which has no deadline (30, 37)', async (_, scene) => {
  expect(await run(scene)).toEqual({ code: 0, printed: 'done access-1' })
})

it('someone who waits does keep it alive: the answer is not lost (37)', async () => {
  expect(await run('waiting')).toEqual({ code: 0, printed: 'done timeout' })
})
