/** Run as a process of its own: after the scene nothing of ours may keep it from ending by itself. */
import {
  createSession,
  memoryStore,
  storageStore,
  type Acquire,
  type CommonOptions,
  type KeyValueStorage,
  type RefreshFunction,
} from '../../src/index.js'

const tokens = { access_token: 'access-1', refresh_token: 'refresh-1', expires_in: 100 }
const never = (): Promise<never> => new Promise(() => {})
const failing = (): Promise<never> => Promise.reject(Object.assign(new Error('down'), { status: 500 }))

/** Every deadline is far beyond the time that the test allows. */
const long = { refreshTimeoutMs: 600_000 }

async function signedIn(
  options: CommonOptions & { readonly refresh?: RefreshFunction },
): Promise<ReturnType<typeof createSession>> {
  const session = createSession({ refresh: never, ...long, ...options })
  await session.login(tokens)
  return session
}

/** A service's own way to tokens: the first time it fails, so that the next one waits for a cool-down. */
function failingOnce(): Acquire {
  let calls = 0
  return () => (++calls === 1 ? failing() : Promise.resolve(tokens))
}

/** A localStorage, as Node has one from 25 on; with `locks` it has Web Locks too, as from 24 on. */
function webStorage(locks?: object): KeyValueStorage {
  class Storage extends Map<string, string> {
    getItem = (key: string): string | undefined => this.get(key)
    setItem = (key: string, value: string): unknown => this.set(key, value)
    removeItem = (key: string): unknown => this.delete(key)
  }
  Object.defineProperty(globalThis, 'Storage', { value: Storage })
  if (locks) Object.defineProperty(globalThis, 'navigator', { value: { locks } })
  return new Storage()
}

/** How many timers keep the process alive at this moment. */
const timers = (): string =>
  `${process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length} timers`

const scenes: Record<string, () => Promise<string | undefined | void>> = {
  idle: async () => void (await signedIn({})),
  unused: async () => void createSession({ refresh: never }),
  'cool-down': async () => {
    const session = await signedIn({ refresh: failing, isSessionOver: () => false })
    await session.refresh().catch(() => {})
  },
  ahead: async () => {
    let now = Date.now()
    const session = await signedIn({ now: () => now })
    now += 85_000
    await session.getAccessToken()
  },
  abandoned: async () => {
    const session = await signedIn({})
    const controller = new AbortController()
    const gone = session.refresh({ signal: controller.signal }).catch(() => {})
    await session.logout()
    controller.abort()
    await gone
  },
  left: async () => {
    const session = await signedIn({})
    const controller = new AbortController()
    const gone = session.refresh({ signal: controller.signal }).catch(() => {})
    controller.abort()
    await gone
  },
  'silent-store': async () =>
    void createSession({ refresh: never, store: { ...memoryStore(), get: never }, ...long }),
  mark: async () => {
    const request = async (_name: string, _options: unknown, callback: () => unknown) => callback()
    await signedIn({ store: storageStore(webStorage({ request, query: async () => ({}) })) })
    return timers()
  },
  lease: async () => {
    let now = Date.now()
    const session = await signedIn({ store: storageStore(webStorage()), now: () => now })
    now += 85_000
    await session.getAccessToken()
    await new Promise((resolve) => setTimeout(resolve, 200))
    return timers()
  },
  waiting: async () => {
    const session = await signedIn({ refreshTimeoutMs: 300 })
    const error = await session.refresh().catch((reason: { reason?: string }) => reason)
    return (error as { reason?: string } | undefined)?.reason
  },
  'waiting-acquire': async () => {
    const session = createSession({ acquire: failingOnce(), ...long })
    await session.getAccessToken().catch(() => {})
    return session.getAccessToken()
  },
  'waiting-joined': async () => {
    const session = createSession({ acquire: failingOnce(), ...long })
    await session.getAccessToken().catch(() => {})
    const controller = new AbortController()
    const [gone, kept] = [session.getAccessToken({ signal: controller.signal }), session.getAccessToken()]
    controller.abort()
    await gone.catch(() => {})
    return kept
  },
}

void scenes[process.argv[2] ?? '']?.().then((said) => console.log(['done', said].filter(Boolean).join(' ')))
