import { format } from 'node:util'
import { runInThisContext } from 'node:vm'

/** What a test may announce. */
export interface Leaks {
  /** The test expects one call of console.error that says this; without the call it fails too. */
  expectConsoleError(saying: string | RegExp): void
}

/** Jest gives tests a copy of `process`, and no event of the real one reaches it. */
const realProcess = runInThisContext('process') as NodeJS.Process

/**
 * Fails a test of this file that leaves an unhandled rejection behind, or that calls console.error without having
 * announced it. To be called once, at the top of the file.
 */
export function failOnLeaks(): Leaks {
  const rejections: unknown[] = []
  const note = (reason: unknown): void => void rejections.push(reason)
  let spy: jest.SpyInstance | undefined
  let said: string[] = []
  let expected: (string | RegExp)[] = []

  beforeEach(() => {
    realProcess.on('unhandledRejection', note)
    spy = jest
      .spyOn(console, 'error')
      .mockImplementation((...args: unknown[]) => void said.push(format(...args)))
  })

  afterEach(async () => {
    // A rejection counts as unhandled when the microtasks are done, and is told before the next macrotask.
    await new Promise((nextTask) => setImmediate(nextTask))
    realProcess.off('unhandledRejection', note)
    spy?.mockRestore()
    const complaints = [...rejections.splice(0).map(unhandled), ...compare(said, expected)]
    said = []
    expected = []
    if (complaints.length > 0) throw new Error(complaints.join('\n'))
  })

  return { expectConsoleError: (saying) => void expected.push(saying) }
}

function unhandled(reason: unknown): string {
  return `Expected no unhandled rejection, got ${reason instanceof Error ? reason.stack : format(reason)}`
}

/** Every call needs its announcement, and every announcement its call. */
function compare(said: readonly string[], expected: readonly (string | RegExp)[]): string[] {
  const missing = [...expected]
  const complaints: string[] = []
  for (const line of said) {
    const index = missing.findIndex((saying) =>
      typeof saying === 'string' ? line.includes(saying) : saying.test(line),
    )
    if (index < 0) complaints.push(`Expected no console.error, got: ${line}`)
    else missing.splice(index, 1)
  }
  return [
    ...complaints,
    ...missing.map((saying) => `Expected console.error to say ${String(saying)}, but it did not`),
  ]
}
