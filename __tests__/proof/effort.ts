/** How much is tried: `npm test` takes seconds, `npm run test:proof` (PROOF_LONG) as long as it takes. */
const isLong = process.env['PROOF_LONG'] !== undefined

/** How much a run of the proof tries; each number and the seed may be set from outside. */
export const effort = {
  isLong,
  programs: Number(process.env['PROOF_PROGRAMS'] ?? (isLong ? 100_000 : 2_000)),
  /** Where nobody knows its witness. A fault that needs more is looked for in the small worlds, in the long run. */
  programsPerFault: Number(process.env['PROOF_FAULT_PROGRAMS'] ?? (isLong ? 20_000 : 150)),
  /** The clock's: a chosen one could hide a weakness. */
  seed: Number(process.env['PROOF_SEED'] ?? Date.now() & 0x7fffffff),
} as const

/** Long enough for the long run. */
export const testTimeoutMs = 6 * 3_600_000

/** One line for whoever waits, past jest's own reporters. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}
