import { parseArgs } from 'node:util'
import type { SoakTerms } from './messages.js'

/** What can be said on the command line; every member has a default. */
export interface SoakOptions extends SoakTerms {
  /** Default 20. */
  readonly tabs: number
  /** How many requests each tab has on its way. Default 8. */
  readonly atOnce: number
  /** How often the heap is measured. Default 50. */
  readonly checkpoints: number
  /** Default 30 000, as the package has it; a grant that hangs takes so long. */
  readonly refreshTimeoutMs: number
  /** Where plots and figures go. Default: nowhere. */
  readonly out: string | undefined
  /** The figures alone, as JSON. */
  readonly isJson: boolean
}

const defaults = {
  requests: '1000000',
  tabs: '20',
  'at-once': '8',
  checkpoints: '50',
  'lifetime-ms': '1000',
  'refresh-timeout-ms': '30000',
  'grant-fault-every': '100',
} as const

/** Reads the command line. @throws where an option is unknown or no number */
export function readOptions(args: readonly string[]): SoakOptions {
  const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' as const }]))
  const { values } = parseArgs({
    args: [...args],
    options: { ...options, out: { type: 'string' }, json: { type: 'boolean' } },
  })
  const amount = (name: keyof typeof defaults): number => {
    const value = Number((values as Record<string, unknown>)[name] ?? defaults[name])
    if (Number.isInteger(value) && value > 0) return value
    throw new TypeError(`Expected \`--${name}\` to be a whole number > 0`)
  }
  return {
    requests: amount('requests'),
    tabs: amount('tabs'),
    atOnce: amount('at-once'),
    checkpoints: amount('checkpoints'),
    lifetimeMs: amount('lifetime-ms'),
    refreshTimeoutMs: amount('refresh-timeout-ms'),
    grantFaultEvery: amount('grant-fault-every'),
    out: values.out,
    isJson: values.json === true,
  }
}
