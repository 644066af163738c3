import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve, sep } from 'node:path'
import { promisify } from 'node:util'
import manifest from '../../package.json'

/** The oldest axios of the peer range, and the one that this repository is built with. */
const AXIOS_VERSIONS = [
  manifest.devDependencies['axios-1.7'].replace('npm:axios@', ''),
  manifest.devDependencies.axios,
]
const MODULE_TYPES = ['module', 'commonjs'] as const
const RESOLUTIONS = [
  ['nodenext', ['--module', 'nodenext']],
  ['bundler', ['--module', 'esnext', '--moduleResolution', 'bundler']],
] as const

const ROOT = resolve(__dirname, '../..')
const TSC = resolve(ROOT, 'node_modules/typescript/bin/tsc')
const run = promisify(execFile)
const work = mkdtempSync(join(tmpdir(), 'tokenflight-packed-'))
let tarball: string
let packed: string[]

beforeAll(async () => {
  const { stdout } = await npm(ROOT, 'pack', '--json', '--ignore-scripts', '--pack-destination', work)
  const [pack] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }]
  tarball = join(work, pack.filename)
  packed = pack.files.map(({ path }) => path)
})

afterAll(() => rmSync(work, { recursive: true, force: true }))

it('holds the build of every source, twice, and nothing else', () => {
  const modules = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.replace(/\.ts$/, '').split(sep).join('/'))
  const built = modules.flatMap((module) =>
    ['esm', 'cjs'].flatMap((format) => [`dist/${format}/${module}.js`, `dist/${format}/${module}.d.ts`]),
  )
  const beside = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', 'dist/esm/package.json']
  expect([...packed].sort()).toEqual([...built, ...beside].sort())
})

it('brings no dependency along', () => {
  expect(manifest).not.toHaveProperty('dependencies')
  // Each for an entry of its own: who does not import that does not need it.
  expect(manifest.peerDependenciesMeta).toEqual({
    axios: { optional: true },
    'idb-keyval': { optional: true },
  })
})

describe.each(MODULE_TYPES)('an empty project of type %s', (type) => {
  describe.each(AXIOS_VERSIONS)('with axios %s', (version) => {
    const project = join(work, `${type}-${version}`)

    beforeAll(async () => {
      cpSync(join(__dirname, 'consumer'), project, { recursive: true })
      writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type }))
      await npm(project, 'install', '--prefer-offline', tarball, `axios@${version}`)
    })

    it('refreshes over HTTP, and then lets the process end', async () => {
      const program = type === 'module' ? 'refresh.mjs' : 'refresh.cjs'
      const { stdout, stderr } = await run(process.execPath, [program], { cwd: project, timeout: 60_000 })
      expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' })
    })

    it.each(RESOLUTIONS)('compiles under %s', async (_name, options) => {
      const strict = ['--strict', '--exactOptionalPropertyTypes', '--noEmit', '--skipLibCheck', 'false']
      const target = ['--target', 'es2022', '--lib', 'es2022,dom']
      const { code, stdout } = await tsc(project, [...strict, ...target, ...options, 'program.ts'])
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    })
  })
})

it('needs no axios for its core', async () => {
  const project = mkdtempSync(join(work, 'core-'))
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true }))
  await npm(project, 'install', '--prefer-offline', tarball)
  const [asCjs, asEsm] = await Promise.all([
    run(process.execPath, ['-p', 'typeof require("tokenflight").createSession'], { cwd: project }),
    run(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        'import { createSession as c } from "tokenflight"; console.log(typeof c)',
      ],
      { cwd: project },
    ),
  ])
  expect([asCjs.stdout.trim(), asEsm.stdout.trim()]).toEqual(['function', 'function'])
  expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'tokenflight',
  ])
})

function npm(cwd: string, ...args: string[]): Promise<{ stdout: string }> {
  return run('npm', [...args, '--no-audit', '--no-fund'], { cwd, shell: process.platform === 'win32' })
}

/** Resolves however the compiler ends: what it prints is what a failed test has to show. */
async function tsc(cwd: string, args: readonly string[]): Promise<{ code: unknown; stdout: string }> {
  try {
    const { stdout } = await run(process.execPath, [TSC, ...args], { cwd })
    return { code: 0, stdout }
  } catch (error) {
    const { code, stdout } = error as { code: unknown; stdout: string }
    return { code, stdout }
  }
}
