import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Figures, Findings } from './figures.js'
import { plotsOf } from './plots.js'

/** Says everything that was counted. */
export function print(figures: Figures, isJson: boolean): void {
  if (isJson) return console.log(JSON.stringify(figures))
  const { machine, terms, checks } = figures
  say(`${figures.date}, Node ${machine.node} on ${machine.cpus} CPUs (${machine.model})`)
  say(
    `${terms.requests} requests over ${terms.tabs} tabs, ${terms.atOnce} at once each, tokens of ${terms.lifetimeMs} ms`,
  )
  say(
    `${figures.seconds.toFixed(1)} s, ${figures.requestsPerSecond} requests/s, most held ${figures.mostHeld}`,
  )
  for (const part of [
    'requests',
    'callers',
    'api',
    'grants',
    'events',
    'problems',
    'surprises',
    'heap',
  ] as const)
    list(part, figures[part])
  say()
  for (const { what, found, isGood } of checks) say(`${isGood ? '✓' : '✗ BROKEN'} ${what}: ${found}`)
}

function list(title: string, counts: Readonly<Record<string, number>>): void {
  const entries = Object.entries(counts)
  say()
  say(title)
  if (!entries.length) say('  none')
  for (const [name, count] of entries) say(`  ${name.padEnd(22)} ${count}`)
}

function say(line = ''): void {
  console.log(line)
}

/** Writes the figures and their plots into a folder. */
export async function save(folder: string, figures: Figures, findings: Findings): Promise<void> {
  await mkdir(folder, { recursive: true })
  const files = { 'figures.json': `${JSON.stringify(figures, null, 2)}\n`, ...plotsOf(figures, findings) }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
}
