import type { SmallWorld } from './exhaustive.js'
import { plain } from './world-options.js'

const twoTabs = { ...plain, tabs: 2, isShared: true } as const
const slow = { store: 'slow', lock: 'slow', notices: 'slow' } as const

const request = ['request', 0, 'axios'] as const
const signedIn = [['login', 0]] as const
const expired = [['login', 0], ['expire']] as const

/** Tried with every `npm test`. */
export const smallWorlds: readonly SmallWorld[] = [
  {
    name: '3 requests, 1 grant',
    world: plain,
    before: expired,
    apps: [[request, ['request', 0, 'fetch'], request]],
  },
  {
    name: '2 requests, a token that ends, 1 abort',
    world: plain,
    before: signedIn,
    apps: [[request, request], [['expire']], [['abort', 0]]],
  },
  {
    name: '2 requests, 1 logout, a slow store',
    world: { ...plain, store: 'slow' },
    before: expired,
    apps: [[request, request], [['logout', 0]]],
  },
  {
    name: '2 requests, 1 login, a slow store',
    world: { ...plain, store: 'slow' },
    before: expired,
    apps: [[request, request], [['login', 0]]],
  },
  {
    name: '2 requests, grants of every kind',
    world: plain,
    before: expired,
    apps: [[request, request]],
    answers: { grant: ['rotated', 'kept', 'invalid_grant', '503', '500', 'lost', 'junk'] },
    timers: 1,
  },
  {
    name: '1 request, a late answer, a slow store',
    world: { ...plain, store: 'slow' },
    before: expired,
    apps: [[request], [request]],
    timers: 3,
  },
  {
    name: '2 tabs, 1 request each, a slow lock',
    world: { ...twoTabs, lock: 'slow', notices: 'slow' },
    before: expired,
    apps: [[request], [['request', 1, 'axios']]],
  },
  {
    name: '2 tabs, 1 request each, an end',
    world: { ...twoTabs, lock: 'slow' },
    before: expired,
    apps: [[request], [['request', 1, 'axios']]],
    answers: { grant: ['invalid_grant'] },
  },
  {
    name: '2 tabs, 1 request, the other logs out',
    world: { ...twoTabs, ...slow },
    before: expired,
    apps: [[request], [['logout', 1]]],
  },
  {
    name: '2 deaf tabs, 1 request, the other logs in, an end',
    world: { ...twoTabs, notices: 'deaf', lock: 'slow' },
    before: expired,
    apps: [[request], [['login', 1]]],
    answers: { grant: ['rotated', 'invalid_grant'] },
  },
  {
    name: '2 requests, 1 aborts in a listener',
    world: plain,
    before: expired,
    apps: [[request, request], [['when', 0, 'unauthorized', 'abort']]],
  },
  {
    name: '1 request, 1 renewal, a store that fails',
    world: { ...plain, isShared: true, store: 'slow' },
    before: signedIn,
    apps: [[['refresh', 0]], [['refresh', 0]]],
    answers: { store: ['answer', 'fail'] },
  },
]

/** Tried by `npm run test:proof` besides. */
export const largerWorlds: readonly SmallWorld[] = [
  {
    name: '3 requests, 1 abort, 1 login',
    world: plain,
    before: expired,
    apps: [[request, request, request], [['abort', 1]], [['login', 0]]],
  },
  {
    name: '2 tabs, 1 request each, slow everything',
    world: { ...twoTabs, ...slow },
    before: expired,
    apps: [[request], [['request', 1, 'axios']]],
  },
  {
    name: '2 tabs, 1 request each, grants of every kind, 1 timer',
    world: { ...twoTabs, lock: 'slow' },
    before: expired,
    apps: [[request], [['request', 1, 'axios']]],
    answers: { grant: ['rotated', 'invalid_grant', '503', 'lost'] },
    timers: 1,
  },
  {
    name: '2 tabs, 1 request, the other logs in, slow store and notices',
    world: { ...twoTabs, store: 'slow', notices: 'slow' },
    before: expired,
    apps: [[request], [['login', 1]]],
  },
]
