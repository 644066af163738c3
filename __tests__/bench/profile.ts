import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Task } from './measure.js'
import { inProcess } from './processes.js'

/** Where a task's time went, as parts of the whole. */
export interface Profile {
  readonly name: string
  /** axios, tokenflight, the bench's own client and API, the runtime, its garbage collector. */
  readonly places: Readonly<Record<string, number>>
  /** The functions of tokenflight with the most time of their own. */
  readonly functions: readonly { readonly name: string; readonly share: number }[]
}

interface CpuProfile {
  readonly nodes: readonly { id: number; callFrame: { functionName: string; url: string } }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Does a task under Node's profiler, and sums up what it saw. */
export async function profile(name: string, script: string, cwd: string, task: Task): Promise<Profile> {
  const folder = mkdtempSync(join(tmpdir(), 'tokenflight-profile-'))
  try {
    const execArgv = ['--cpu-prof', '--cpu-prof-interval=200', `--cpu-prof-dir=${folder}`]
    await inProcess(script, task, { cwd, execArgv })
    const [file = ''] = readdirSync(folder)
    return { name, ...summary(JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Sums up by place and by function; what waited for something to do is left out. */
export function summary({ nodes, samples, timeDeltas }: CpuProfile): Omit<Profile, 'name'> {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const places: Record<string, number> = {}
  const functions: Record<string, number> = {}
  let whole = 0
  samples.forEach((id, index) => {
    const frame = frames.get(id)
    const place = frame && placeOf(frame)
    if (!place) return
    const took = timeDeltas[index] ?? 0
    whole += took
    places[place] = (places[place] ?? 0) + took
    if (place !== 'tokenflight') return
    const name = `${frame.functionName || '(anonymous)'} in ${frame.url.replace(/.*dist\/esm\//, '')}`
    functions[name] = (functions[name] ?? 0) + took
  })
  return {
    places: Object.fromEntries(ordered(places, whole).map(({ name, share }) => [name, share])),
    functions: ordered(functions, whole).slice(0, 8),
  }
}

function placeOf({ functionName, url }: { functionName: string; url: string }): string | undefined {
  if (functionName === '(idle)') return undefined
  if (functionName === '(garbage collector)') return 'garbage collector'
  if (/\/dist\/esm\//.test(url)) return 'tokenflight'
  if (/\/node_modules\/axios\//.test(url)) return 'axios'
  return /\/\.bench\//.test(url) ? 'bench' : 'runtime'
}

function ordered(times: Readonly<Record<string, number>>, whole: number): { name: string; share: number }[] {
  return Object.entries(times)
    .map(([name, took]) => ({ name, share: took / whole }))
    .sort((one, other) => other.share - one.share)
}
