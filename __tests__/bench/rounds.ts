import { figureOf, ratiosOf, seeded, shuffled, type Figure } from './statistics.js'

/** What is measured in turns with others. */
export interface Runner {
  readonly name: string
  /** Does the work once, and returns what it took. */
  run(): Promise<number>
}

/** What came of a runner: what it took, and as a part of what the base took in the same rounds. */
export interface Row {
  readonly name: string
  readonly took: Figure
  readonly ratio: Figure
}

/** How often. */
export interface Rounds {
  readonly rounds: number
  /** Done first, and not counted: the engine has not yet compiled what runs often. Default 2. */
  readonly warmUp?: number
  /** What is collected before each turn; all of it takes longer than a short turn. Default 'major'. */
  readonly garbage?: 'minor' | 'major'
  readonly onRound?: (() => void) | undefined
}

/**
 * Measures every runner once in each round, in an order that changes by chance with the round (always the same
 * chance), so that neither the machine's mood nor the neighbour's garbage falls to one of them alone.
 */
export async function inTurns(
  runners: readonly Runner[],
  base: string,
  { rounds, warmUp = 2, garbage = 'major', onRound }: Rounds,
): Promise<Row[]> {
  const random = seeded(7)
  const taken = new Map(runners.map(({ name }) => [name, [] as number[]]))
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const { name, run } of shuffled(runners, random)) {
      collectGarbage(garbage)
      const took = await run()
      if (round >= 0) taken.get(name)?.push(took)
    }
    onRound?.()
  }
  const ofBase = taken.get(base)
  if (!ofBase) throw new Error(`Expected one of the runners to be "${base}"`)
  return [...taken].map(([name, values]) => ({
    name,
    took: figureOf(values),
    ratio: figureOf(ratiosOf(values, ofBase)),
  }))
}

/** Where the process was started with --expose-gc: nobody pays for what another left behind. */
export function collectGarbage(type: 'minor' | 'major' = 'major'): void {
  const { gc } = globalThis as { gc?: (options?: { type: string }) => void }
  // Asked for by its name, the major one leaves a good part of what is garbage.
  if (type === 'major') gc?.()
  else gc?.({ type })
}

/** Resolves when all that can happen without a timer or a socket has happened. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
}
