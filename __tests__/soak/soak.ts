/** `npm run soak`: a million requests through a session in twenty tabs, against a server that fails; then the sum. */
import { figuresOf, type Findings } from './figures.js'
import { runLoad } from './load.js'
import { readOptions, type SoakOptions } from './options.js'
import { showProgress } from './progress.js'
import { print, save } from './report.js'
import { Sending } from './sending.js'
import { ServerProcess } from './server-process.js'
import { openTabs } from './tabs.js'

async function soak(options: SoakOptions): Promise<Findings> {
  const {
    requests,
    tabs: count,
    atOnce,
    checkpoints,
    refreshTimeoutMs,
    lifetimeMs,
    grantFaultEvery,
  } = options
  const terms = { requests, lifetimeMs, grantFaultEvery }
  const sending = new Sending()
  const server = await ServerProcess.start(terms, (id) => sending.callOff(id))
  const tabs = await openTabs({ origin: server.origin, count, refreshTimeoutMs })
  const progress = showProgress(requests, options.isJson)
  const load = await runLoad(tabs, sending, { requests, atOnce, checkpoints, onProgress: progress.show })
  progress.stop()
  const heldAtEnd = tabs.held()
  const report = await server.report()
  tabs.close()
  await server.stop()
  const { surprises } = sending
  return { terms: { ...terms, tabs: count, atOnce }, load, server: report, tabs, heldAtEnd, surprises }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (!globalThis.gc) throw new Error('Run it by `npm run soak`: it needs --expose-gc')
  const findings = await soak(options)
  const figures = figuresOf(findings)
  print(figures, options.isJson)
  if (options.out) await save(options.out, figures, findings)
  process.exitCode = figures.checks.every(({ isGood }) => isGood) ? 0 : 1
}

void main()
