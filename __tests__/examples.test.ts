import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const root = dirname(__dirname)
const run = promisify(execFile)

/** Runs a program as its README says, and hands back what it printed. It rejects where the exit code is not 0. */
async function output(program: string): Promise<{ lines: string[]; stderr: string }> {
  const env = { ...process.env }
  // Jest forces colours on its workers, and Node then warns about a NO_COLOR beside it.
  for (const name of ['FORCE_COLOR', 'NO_COLOR', 'NODE_OPTIONS']) delete env[name]
  const options = { cwd: root, env, timeout: 14_000 }
  const { stdout, stderr } = await run(
    process.execPath,
    ['--import', 'tsx', join('examples', program)],
    options,
  )
  return { lines: stdout.trimEnd().split('\n'), stderr }
}

const examples: Record<string, unknown[]> = {
  'existing-app.ts': [
    'answers: /me 200, /cart 200, /news 200',
    "the app's interceptors saw 3 requests and 3 answers",
    'the API was asked 6 times, the token endpoint 1 time',
  ],
  'json-backend.ts': ['renewed: ada', 'to the login page', 'over: true'],
  'cookie-session.ts': [
    'cookies: access_token, refresh_token',
    'answers: ada /photos?page=1, ada /photos?page=2, ada /photos?page=3',
    'grants: 1 headers with a token: 0',
  ],
  'three-instances.ts': ['answers: /users/1, /orders/7, /may', 'grants: 1', 'the stranger got: no token'],
  'node-service.ts': ['5 pages as nightly-report, 1 grant', '3 reports, 2 grants'],
  'server-rendering.ts': [
    'ada gets 200 loading: /profile of ada /cart of ada',
    'ada gets 200 loading: /profile of ada /cart of ada',
    'bob gets 200 loading: /profile of bob /cart of bob',
    'eve gets 200 loading: /profile of nobody /cart of nobody',
    'grants: 2 spent tokens sent again: 0',
    'bob gets 303 /login',
    'ada gets 200 loading: /profile of ada /cart of ada',
  ],
  'relogin.ts': [
    'dialog: ended, 2 requests wait',
    'answered: /orders as ada, /cart as ada',
    'asked for while it was open: /news as ada',
    'dialog: ended, 2 requests wait',
    'rejected: ERR_SESSION_CHANGED, ERR_SESSION_CHANGED',
    'the page goes on as bob',
    'orders placed: 1',
  ],
  'refresh-function.ts': [
    'renewing because unauthorized',
    '2 answers, 1 grant',
    'renewing because unauthorized',
    'sign in again: invalid_grant',
    expect.stringMatching(/^me: The server refused/),
  ],
}

describe('every example runs by itself and shows what it promises', () => {
  test.each(Object.entries(examples))('%s', async (program, facts) => {
    const { lines, stderr } = await output(program)
    expect(stderr).toBe('')
    expect(lines).toEqual(facts)
  })

  test('none is left out', () => {
    const programs = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.ts'))
    expect(programs.filter((name) => name !== 'cookie-jar.ts').sort()).toEqual(Object.keys(examples).sort())
  })
})

describe('the demo', () => {
  let lines: string[]

  beforeAll(async () => {
    const demo = await output('demo/demo.ts')
    expect(demo.stderr).toBe('')
    lines = demo.lines
  })

  test('claims nothing that is not so', () => {
    expect(lines.join('\n')).not.toContain('✗ ')
    expect(lines.at(-1)).toMatch(/^ {2}All \d\d facts hold, as the servers counted them/)
  })

  test('shows the storm: one grant, a hundred answers, no order twice', () => {
    const page = lines.join('\n')
    for (const fact of ['1 grant ', '100 callers got their own answer', '0 orders placed twice']) {
      expect(page).toContain(`✓ ${fact}`)
    }
  })

  test('shows the end: one call of onLoginRequired', () => {
    expect(lines.join('\n')).toContain('✓ 1 call of onLoginRequired')
  })

  test('fits 80 columns and has no colours where nobody looks', () => {
    expect(lines.filter((line) => [...line].length > 80)).toEqual([])
    expect(lines.join('\n')).not.toContain('\u001B')
  })
})
