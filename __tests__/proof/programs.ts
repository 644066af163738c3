import fc from 'fast-check'
import type { Program } from './run.js'
import type { Step } from './steps.js'
import type { WorldOptions } from './world.js'

const nth = fc.nat({ max: 5 })
const ms = fc.constantFrom(1, 400, 1_000, 5_000, 26_000, 31_000, 61_000)

const worlds: fc.Arbitrary<WorldOptions> = fc
  .record({
    tabs: fc.constantFrom(1, 1, 2, 3),
    isShared: fc.boolean(),
    store: fc.constantFrom('prompt' as const, 'slow' as const),
    notices: fc.constantFrom('prompt' as const, 'slow' as const, 'deaf' as const),
    lock: fc.constantFrom('prompt' as const, 'slow' as const),
    acquires: fc.constantFrom(false, false, true),
    rotationGraceMs: fc.constantFrom(0, 0, 20_000),
    expiresIn: fc.constantFrom(3600, 60, undefined),
    actsOnLeft: fc.boolean(),
  })
  // Several tabs with a store each have nothing to do with one another.
  .map((world) => (world.tabs > 1 ? { ...world, isShared: true } : world))

/** More of what moves things on than of what disturbs them, or few programs would come anywhere. */
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(fc.constant('request' as const), nth, fc.constantFrom('axios' as const, 'fetch' as const, 'axios' as const, 'one-shot' as const)) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('getAccessToken' as const, 'refresh' as const), nth) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('login' as const), nth) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('logout' as const), nth) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('abort' as const), nth) },
  { weight: 3, arbitrary: fc.constant(['expire'] as const) },
  { weight: 1, arbitrary: fc.constant(['open'] as const) },
  { weight: 8, arbitrary: fc.tuple(fc.constant('api' as const), nth, often('judge', 'refuse', 'error', 'offline')) },
  {
    weight: 6,
    arbitrary: fc.tuple(
      fc.constant('grant' as const),
      nth,
      often('rotated', 'kept', 'invalid_grant', '503', '500', 'lost', 'junk', 'offline', 'hang'),
    ),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('acquire' as const), nth, often('same', 'other', 'offline', 'refused')) },
  { weight: 12, arbitrary: fc.tuple(fc.constant('store' as const), nth, often('answer', 'was', 'apply')) },
  { weight: 6, arbitrary: fc.tuple(fc.constant('lock' as const), nth, fc.constant('give' as const)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('notice' as const), nth, fc.constant('deliver' as const)) },
  { weight: 2, arbitrary: fc.constant(['timer'] as const) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('pass' as const), ms) },
)

/** What goes wrong seldom; where it does, less can be promised, so that most programs do without. */
const disturbance: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constant('store' as const), nth, fc.constantFrom('fail' as const, 'hang' as const)),
  fc.tuple(fc.constant('lock' as const), nth, fc.constant('fail' as const)),
  fc.tuple(fc.constant('jump' as const), fc.constantFrom(-3_600_000, -5_000, 5_000, 3_600_000)),
  fc.tuple(fc.constant('dispose' as const), nth),
)

/** Random programs: about half of them in a world where store, lock and clock do as they should. */
export const programs: fc.Arbitrary<Program> = fc.boolean().chain((isKind) =>
  fc.record({
    world: worlds,
    steps: fc
      .array(isKind ? step : fc.oneof({ weight: 15, arbitrary: step }, { weight: 1, arbitrary: disturbance }), {
        maxLength: 40,
        size: 'max',
      })
      .map((steps): Step[] => [['login', 0], ...steps]),
    end: fc.constantFrom('drain' as const, 'drain' as const, 'dispose' as const),
  }),
)

/** The first of them half the time. */
function often<T extends string>(usual: T, ...others: T[]): fc.Arbitrary<T> {
  return fc.oneof(fc.constant(usual), fc.constantFrom(usual, ...others))
}
