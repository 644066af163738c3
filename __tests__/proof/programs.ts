import fc from 'fast-check'
import type { Kind, Outcomes } from './outside.js'
import type { WorldOptions } from './world-options.js'
import type { Drawn } from './run.js'
import type { Step } from './steps.js'

const nth = fc.nat({ max: 5 })

/** A constant list of words, each as often as it stands there. */
const one = fc.constantFrom<string[]> as <const T extends readonly unknown[]>(
  ...of: T
) => fc.Arbitrary<T[number]>

const worlds: fc.Arbitrary<WorldOptions> = fc
  .record({
    tabs: one(1, 1, 2, 3),
    isShared: fc.boolean(),
    store: one('prompt', 'slow'),
    notices: one('prompt', 'slow', 'deaf'),
    lock: one('prompt', 'slow'),
    acquires: one(false, false, true),
    rotationGraceMs: one(0, 0, 20_000),
    expiresIn: one(3600, 60, undefined),
    actsOnLeft: fc.boolean(),
  })
  // Several tabs with a store each have nothing to do with one another.
  .map((world) => (world.tabs > 1 ? { ...world, isShared: true } : world))

/**
 * How the outside of a program tends to answer. Each program has habits of its own: one whose grants are often lost
 * gets much further with that than one in which everything happens a little.
 */
export type Habits = { readonly [K in Kind]: readonly Outcomes[K][] }

const habits = (isKind: boolean): fc.Arbitrary<Habits> =>
  fc.record<Habits>({
    api: some('judge', 'judge', 'judge', 'refuse', 'error', 'offline'),
    grant: some(
      'rotated',
      'rotated',
      'rotated',
      'kept',
      'invalid_grant',
      '503',
      '500',
      'lost',
      'junk',
      'offline',
      'hang',
    ),
    acquire: some('same', 'same', 'other', 'offline', 'refused'),
    store: isKind
      ? some('answer', 'answer', 'was', 'apply')
      : some('answer', 'answer', 'was', 'apply', 'fail', 'hang'),
    lock: isKind ? fc.constant(['give']) : some('give', 'give', 'fail'),
    notice: fc.constant(['deliver']),
  })

/** What the app and its user do. What the outside does next is drawn by its place: `['any', place, habit]`. */
const step = (isKind: boolean): fc.Arbitrary<Step | Drawn> =>
  fc.oneof(
    { weight: 40, arbitrary: fc.tuple(one('any'), nth, nth) },
    { weight: 18, arbitrary: fc.tuple(one('request'), nth, one('axios', 'fetch', 'axios', 'one-shot')) },
    { weight: 8, arbitrary: fc.tuple(one('expire')) },
    { weight: 6, arbitrary: fc.tuple(one('timer')) },
    { weight: 4, arbitrary: fc.tuple(one('pass'), one(1, 400, 1_000, 5_000, 26_000, 31_000, 61_000)) },
    { weight: 4, arbitrary: fc.tuple(one('abort'), nth) },
    { weight: 6, arbitrary: fc.tuple(one('login', 'logout', 'getAccessToken', 'refresh'), nth) },
    { weight: 3, arbitrary: fc.tuple(one('when'), nth, one(...events), one('login', 'logout', 'abort')) },
    { weight: 1, arbitrary: fc.tuple(one('open')) },
    ...(isKind
      ? []
      : [
          { weight: 2, arbitrary: fc.tuple(one('jump'), one(-3_600_000, -5_000, 5_000, 3_600_000)) },
          { weight: 1, arbitrary: fc.tuple(one('dispose'), nth) },
        ]),
  )

// Not 'sent' and 'replayed': they are the sending itself.
const events = [
  'held',
  'unauthorized',
  'grant',
  'granted',
  'adopted',
  'grantFailed',
  'loginRequired',
  'settled',
] as const

/** Random programs. In half of them store, lock and clock do as they should, and more can be promised. */
export const programs = fc.boolean().chain((isKind) =>
  fc.record({
    world: worlds,
    habits: habits(isKind),
    steps: fc
      .array(step(isKind), { minLength: 5, maxLength: 50, size: 'max' })
      .map((steps): (Step | Drawn)[] => [['login', 0], ...steps]),
    end: one('drain', 'drain', 'dispose'),
  }),
)

/** Up to four of these, drawn for one program. */
function some<const T extends readonly string[]>(...of: T): fc.Arbitrary<T[number][]> {
  return fc.array(fc.constantFrom(...of), { minLength: 1, maxLength: 4 })
}
