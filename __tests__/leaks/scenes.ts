import { getEventListeners } from 'node:events'
import { heapBytes, leftOf, nextTask, watch, type Watched } from './collecting.js'
import { sharedPlace } from '../support/shared-store.js'
import { openWorld, type World } from './world.js'

/** Each scene finds numbers or names; the tests say what they must be. */
export const scenes: Readonly<Record<string, () => Promise<unknown>>> = {
  disposed: async () => leftOf(await disposed()),
  disposedWhileGranting: async () => leftOf(await disposedWhileGranting()),
  detachedInstance: async () => {
    const { watched, kept } = await detached('http')
    return { left: await leftOf(watched), status: kept.session.getSnapshot().status }
  },
  detachedSession: async () => {
    const { watched, kept } = await detached('session')
    return { left: await leftOf(watched), baseURL: kept.http.defaults.baseURL }
  },
  bodies: async () => {
    const world = await openWorld()
    const watched = await heldBodies(world)
    return { left: await leftOf(watched), held: world.session.getSnapshot().held }
  },
  manySignals,
  oneSignal,
}

/** Work of every kind: good answers, a 401 with a grant, requests that were held behind it. */
async function work({ session, http, call, expire, letGrant }: World): Promise<void> {
  await Promise.all([http.get('/a'), call('/b'), session.getAccessToken()])
  expire()
  const held = [
    http.post('/c', { c: 1 }),
    call('/d', { method: 'POST', body: 'd' }),
    session.getAccessToken(),
  ]
  await nextTask()
  letGrant('succeed')
  await Promise.all(held)
}

/** In a function of its own, so that no variable keeps them. */
async function disposed(): Promise<Watched> {
  const place = sharedPlace()
  const world = await openWorld({ store: place.open({ hears: true }) })
  const stop = world.session.subscribe(() => {})
  world.session.on(() => {})
  await work(world)
  stop()
  world.detach()
  world.session.dispose()
  // The place outlives the session, as localStorage does.
  kept.push(place)
  const { session, http, call } = world
  return watch({ session, http, call, snapshot: session.getSnapshot() })
}

const kept: unknown[] = []

async function disposedWhileGranting(): Promise<Watched> {
  const world = await openWorld({ store: sharedPlace().open({ hears: true }) })
  world.expire()
  const { session, http, call } = world
  const ends = [http.get('/a'), call('/b'), session.refresh()].map((one) => one.catch(() => {}))
  await nextTask()
  session.dispose()
  await Promise.all(ends)
  return watch({ session, http, call })
}

/** One goes, the other stays. */
async function detached<T extends 'http' | 'session'>(
  gone: T,
): Promise<{ watched: Watched; kept: Omit<World, T | 'call' | 'detach'> & World }> {
  const world = await openWorld()
  await work(world)
  world.detach()
  if (gone === 'session') world.session.dispose()
  const { session, http, call, expire, letGrant } = world
  const watched = watch(gone === 'http' ? { http, call } : { session, call })
  const rest = gone === 'http' ? { session } : { http }
  return { watched, kept: { ...rest, expire, letGrant } as never }
}

/** Held in each way, ended in each way; the session and its instance live on. */
async function heldBodies(world: World): Promise<Watched> {
  const { session, http, call, expire, letGrant } = world
  const watched: Record<string, WeakRef<object>> = {}
  const controller = new AbortController()
  const { signal } = controller
  const hold = (end: string): Promise<unknown>[] =>
    (['401', 'behind it', 'aborted'] as const).flatMap((how) => {
      const options = how === 'aborted' ? { signal } : {}
      const [forAxios, forFetch] = [Buffer.alloc(100_000), new Blob([Buffer.alloc(100_000)])]
      watched[`axios, ${how}, ${end}`] = new WeakRef(forAxios)
      watched[`fetch, ${how}, ${end}`] = new WeakRef(forFetch)
      return [
        http.post('/a', forAxios, options).catch(() => {}),
        call('/b', { method: 'POST', body: forFetch, ...options }).catch(() => {}),
      ]
    })
  for (const end of ['succeed', 'refuse'] as const) {
    expire()
    const refused = hold(end)
    await nextTask()
    const behind = hold(`${end}, late`)
    controller.abort()
    await nextTask()
    letGrant(end)
    await Promise.all([...refused, ...behind])
    if (end === 'succeed') continue
    await session.login({ access_token: 'access-9', refresh_token: 'refresh-9' })
  }
  return watched
}

/** How many requests and calls go with a signal. */
const signals = 100_000
/** So many at once. */
const burst = 500

/** Each with a signal of its own: sent, held and let on, held and aborted. */
async function manySignals(): Promise<object> {
  const world = await openWorld()
  const found = { signals: 0, listenersWhileHeld: 0, listeners: 0, held: 0, aborted: 0 }
  while (found.signals < signals) {
    const controllers = Array.from({ length: burst }, () => new AbortController())
    found.aborted += await burstOf(
      world,
      controllers,
      (index) => index % 5 === 0,
      () => {
        found.listenersWhileHeld += controllers.reduce((sum, { signal }) => sum + listenersOf(signal), 0)
      },
    )
    found.listeners += controllers.reduce((sum, { signal }) => sum + listenersOf(signal), 0)
    found.signals += burst
  }
  found.held = world.session.getSnapshot().held
  return found
}

/** One signal for all of them, as an app has that lives as long as its page. */
async function oneSignal(): Promise<object> {
  const world = await openWorld()
  const controller = new AbortController()
  const found = { requests: 0, mostListeners: 0, listeners: 0, bytesPerRequest: 0 }
  const half = async (): Promise<number> => {
    for (let done = 0; done < signals / 2; done += burst) {
      await burstOf(
        world,
        new Array<AbortController>(burst).fill(controller),
        () => false,
        () => {
          found.mostListeners = Math.max(found.mostListeners, listenersOf(controller.signal))
        },
      )
      found.requests += burst
    }
    return heapBytes()
  }
  const before = await half()
  found.bytesPerRequest = ((await half()) - before) / (signals / 2)
  found.listeners = listenersOf(controller.signal)
  return found
}

/** Half of them get a 401, the rest are held behind it; some are aborted, the others go on. Tells how many were. */
async function burstOf(
  { session, http, call, expire, letGrant }: World,
  controllers: readonly AbortController[],
  isAborted: (index: number) => boolean,
  whileHeld: () => void,
): Promise<number> {
  let aborted = 0
  const ask = ({ signal }: AbortController, index: number): Promise<unknown> => {
    const asked =
      index % 4 === 0
        ? session.getAccessToken({ signal })
        : index % 2
          ? http.get('/a', { signal })
          : call('/b', { signal })
    return asked.catch(() => void aborted++)
  }
  expire()
  const first = controllers.slice(0, burst / 2).map(ask)
  await nextTask()
  const rest = controllers.slice(burst / 2).map(ask)
  await nextTask()
  whileHeld()
  controllers.forEach((controller, index) => isAborted(index) && controller.abort())
  letGrant('succeed')
  await Promise.all([...first, ...rest])
  return aborted
}

function listenersOf(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length
}
