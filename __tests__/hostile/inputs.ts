import fc from 'fast-check'

/** All inputs of all files together; `npm run test:hostile` asks for a million and more. */
const total = Number(process.env['FUZZ_RUNS'] ?? 6_000)

/** True where someone has asked for more than the usual tests. */
export const isLongRun = process.env['FUZZ_RUNS'] !== undefined

let fed = 0

/** How many inputs a property gets, of a thousand of the whole. */
export function runs(perMille: number): { readonly numRuns: number } {
  return { numRuns: Math.max(50, Math.ceil((total * perMille) / 1000)) }
}

/** Counts an input; each property calls it once for each of them. */
export function feed(): void {
  fed++
}

/** To be called once at the top of a file: what was fed is said after it, in a long run. */
export function countInputs(file: string): void {
  afterAll(() => {
    if (isLongRun) process.stdout.write(`hostile inputs in ${file}: ${fed}\n`)
  })
}

/** Text of these pieces: what a grammar is made of, in the wrong order and number. */
export function textOf(pieces: readonly string[], maxLength = 24): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...pieces), { maxLength }).map((parts) => parts.join(''))
}

/** Any text at all: bytes, graphemes, lone surrogates, names of prototypes. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('', '__proto__', 'constructor', 'toString', '\ud800', '\u0000', '﻿'),
)

/** Any value that data can be. */
export const anyValue = fc.oneof(
  { weight: 8, arbitrary: fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true }) },
  { weight: 4, arbitrary: fc.jsonValue() },
  { weight: 2, arbitrary: anyText },
  { weight: 1, arbitrary: fc.constant(null).map(circular) },
)

/** The same, and objects some of whose members throw when they are looked at. */
export const anyObject = fc.oneof(
  { weight: 6, arbitrary: anyValue },
  {
    weight: 1,
    arbitrary: fc
      .subarray(['response', 'headers', 'cause', 'status', 'code', 'message', 'error', 'then', 'text'])
      .map(poisoned),
  },
  {
    weight: 1,
    arbitrary: fc
      .subarray(['format', 'sessionId', 'version', 'tokens', 'access_token', 'accessToken'])
      .map(poisoned),
  },
)

function poisoned(names: readonly string[]): object {
  const get = (): never => {
    throw new Error('poison')
  }
  return Object.defineProperties(
    {},
    Object.fromEntries(names.map((name) => [name, { get, enumerable: true }])),
  )
}

function circular(): unknown {
  const self: Record<string, unknown> = {}
  return Object.assign(self, { self, error: self, headers: self, cause: self, access_token: self })
}
