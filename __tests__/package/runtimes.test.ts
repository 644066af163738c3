import { execFile, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { Miniflare } from 'miniflare'
import { AuthorizationServer } from '../../examples/servers/authorization-server.js'
import { scriptedServer, type ScriptedServer } from '../support/scripted-server.js'

const ROOT = resolve(__dirname, '../..')
const run = promisify(execFile)
const work = mkdtempSync(join(tmpdir(), 'tokenflight-runtimes-'))

/** The command that runs a program, by runtime; each comes from the registry, for the platforms that it has. */
const commands = {
  Node: [process.execPath],
  Bun: [binary('bun')],
  Deno: [binary('deno'), 'run', '--allow-net', '--allow-read', '--allow-env', '--no-prompt'],
}

let auth: AuthorizationServer
let api: ScriptedServer
let stranger: ScriptedServer

beforeAll(async () => {
  const { stdout } = await npm(ROOT, 'pack', '--json', '--ignore-scripts', '--pack-destination', work)
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
  cpSync(join(__dirname, 'runtimes'), work, { recursive: true })
  writeFileSync(
    join(work, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
  )
  await npm(work, 'install', '--prefer-offline', join(work, filename))
})

afterAll(() => rmSync(work, { recursive: true, force: true }))

beforeEach(async () => {
  auth = await new AuthorizationServer().start()
  stranger = await scriptedServer(({ authorization }) => ({ body: `${authorization}` }))
  api = await scriptedServer(({ path, query, text, authorization = '' }) => {
    if (path === '/expire') auth.expireAll()
    if (path === '/revoke') auth.revoke()
    if (path === '/expire' || path === '/revoke') return {}
    if (path === '/redirect') return { status: 302, headers: { location: String(query.get('to')) } }
    const isAlive = auth.introspect(authorization.replace('Bearer ', ''))
    return { status: isAlive ? 200 : 401, body: text }
  })
})

afterEach(() => Promise.all([auth, api, stranger].map((server) => server.close())))

for (const [name, command] of Object.entries(commands)) {
  const [file = '', ...args] = command
  const testThere = isThere(name, file) ? test : test.skip
  testThere(`the packed package keeps a session on ${name}`, async () => {
    const { stdout, stderr } = await run(file, [...args, 'program.mjs', JSON.stringify(world())], {
      cwd: work,
      env: environment(),
      timeout: 60_000,
    })
    expect(stderr).toBe('')
    expectSession(JSON.parse(stdout))
  })
}

test('the packed package keeps a session on workerd', async () => {
  const worker = new Miniflare({
    modules: true,
    modulesRoot: work,
    modulesRules: [{ type: 'ESModule', include: ['**/*.js', '**/*.mjs'] }],
    scriptPath: join(work, 'worker.mjs'),
    compatibilityDate: '2026-04-01',
  })
  const init = { method: 'POST', body: JSON.stringify(world()) }
  const answer = await worker.dispatchFetch('http://worker.example/', init).finally(() => worker.dispose())
  const text = await answer.text()
  expect([answer.status, text]).toEqual([200, expect.stringMatching(/^\{/)])
  expectSession(JSON.parse(text))
})

/** The same on every runtime: one grant for each time that the tokens died, and one that was refused. */
function expectSession(found: unknown): void {
  expect(found).toEqual({
    storm: Array.from({ length: 10 }, () => 200).join(),
    string: '200,true',
    blob: '200,true',
    bytes: '200,true',
    request: '200,true',
    override: '200,true',
    stream: '401,true,200',
    used: 'TypeError',
    abort: 'RangeError',
    stays: 200,
    redirect: 'undefined',
    over: 'true,401,1,401',
  })
  expect(auth.counts).toEqual({ asked: 9, granted: 8, refused: 1, reused: 0 })
  expect(stranger.authorizations).toEqual([undefined])
}

function world(): object {
  const { tokenEndpoint } = auth
  return { origin: api.origin, stranger: stranger.origin, tokenEndpoint, tokens: auth.issue('ada') }
}

/** Jest's own settings are no business of the program's, and what it prints has no colours. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, FORCE_COLOR: undefined, NODE_OPTIONS: undefined, NO_COLOR: '1' }
}

function binary(name: string): string {
  return join(ROOT, 'node_modules/.bin', process.platform === 'win32' ? `${name}.cmd` : name)
}

/** A platform for which a runtime is not made is told on the console: it is no success. */
function isThere(name: string, file: string): boolean {
  if (spawnSync(file, ['--version']).status === 0) return true
  console.warn(`SKIPPED: ${name} has no binary for ${process.platform} ${process.arch}`)
  return false
}

function npm(cwd: string, ...args: string[]): Promise<{ stdout: string }> {
  return run('npm', [...args, '--no-audit', '--no-fund'], { cwd, shell: process.platform === 'win32' })
}
