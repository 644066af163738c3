/** `npm run demo:spa`: one app twice, before and after, on real servers. Runs until Ctrl+C. */
import { startDemonstration } from './server/start.js'

async function main(): Promise<void> {
  const { address, close } = await startDemonstration()
  console.log(`\n  The bookshop is open: ${address}\n\n  Ctrl+C closes it.\n`)
  const stop = (): void => void close().then(() => process.exit(0))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
