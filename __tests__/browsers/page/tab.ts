/** The page of the browser tests: sessions as an address describes them, driven from outside through `window.tab`. */
import axios from 'axios'
import { del, get, set } from 'idb-keyval'
import {
  attachSession,
  createSession,
  getSessionError,
  storageStore,
  type RefreshTokenVault,
  type Session,
  type TokenStore,
} from 'tokenflight/axios'
import { createFetch } from 'tokenflight/fetch'
import { indexedDBStore } from 'tokenflight/indexeddb'
import type { Outcome, SessionConfig, SessionView, TabConfig, TabControls, TabState } from './tab-state.js'

type Send = (path: string) => Promise<{ status: number; who?: string }>

interface OpenSession {
  readonly session: Session
  readonly loginsRequired: string[]
  readonly events: Record<string, number>
  readonly ways: readonly Send[]
}

const config = JSON.parse(new URLSearchParams(location.search).get('config') ?? '{}') as TabConfig
const outcomes: Outcome[] = []
const problems: string[] = []
const open = new Map(config.sessions.map((one) => [one.name, start(one)]))
let pending = 0
let sent = 0
let wasRestored = false
let isPromptGranted = true

addEventListener('error', ({ message }) => problems.push(message))
addEventListener('unhandledrejection', ({ reason }) => problems.push(`unhandled: ${String(reason)}`))
addEventListener('pageshow', ({ persisted }) => (wasRestored ||= persisted))

function start(one: SessionConfig): OpenSession {
  const loginsRequired: string[] = []
  const events: Record<string, number> = {}
  const session = createSession({
    refresh: {
      tokenEndpoint: new URL('/token', location.href),
      clientId: 'demo-spa',
      headers: { 'x-tab': config.tab },
      refreshTokenIn: one.refreshTokenIn ?? 'body',
      credentials: 'same-origin',
    },
    store: storeOf(one),
    vault: one.hasVault ? vaultOf(one) : undefined,
    renewInBackground: one.renewInBackground,
    accessTokenIn: one.accessTokenIn,
    refreshTimeoutMs: one.refreshTimeoutMs,
    onLoginRequired: ({ reason }) => loginsRequired.push(reason),
  })
  session.on((event) => {
    events[event.type] = (events[event.type] ?? 0) + 1
    if (event.type === 'problem') problems.push(`${event.message}: ${String(event.cause)}`)
  })
  return { session, loginsRequired, events, ways: [byAxios(session), byFetch(session)] }
}

function storeOf({ store, key }: SessionConfig): TokenStore | undefined {
  if (store === 'memory') return undefined
  return store === 'indexedDB' ? indexedDBStore(key) : storageStore(window[store], key)
}

/** In IndexedDB, beside the store, and not opened where the user says no. */
function vaultOf({ name }: SessionConfig): RefreshTokenVault {
  const key = `vault of ${name}`
  return {
    async get() {
      if (!isPromptGranted) throw new DOMException('The user said no', 'NotAllowedError')
      return get(key)
    },
    set: (token) => set(key, token),
    clear: () => del(key),
    has: async () => (await get(key)) !== undefined,
  }
}

function byAxios(session: Session): Send {
  const instance = axios.create({ baseURL: `${location.origin}/api` })
  attachSession(instance, session)
  return async (path) => {
    const { status, data } = await instance.get(path)
    return { status, who: data.who }
  }
}

function byFetch(session: Session): Send {
  const send = createFetch(session, { baseUrl: `${location.origin}/api` })
  return async (path) => {
    const answer = await send(`/api${path}`)
    return answer.ok ? { status: answer.status, who: (await answer.json()).who } : { status: answer.status }
  }
}

function sessionOf(name: string): OpenSession {
  const found = open.get(name)
  if (!found) throw new Error(`Expected a session "${name}" in ${[...open.keys()].join()}`)
  return found
}

/** Counts what it begins until that has settled; a failure of anything but a request is a problem. */
function begin(work: Promise<unknown>): void {
  pending++
  work.catch((error: unknown) => problems.push(String(error))).finally(() => pending--)
}

async function settle(path: string, send: Send): Promise<void> {
  try {
    outcomes.push({ path, ...(await send(path)) })
  } catch (error) {
    outcomes.push({ path, ...failureOf(error) })
  }
}

function failureOf(error: unknown): Pick<Outcome, 'error' | 'reason' | 'status'> {
  const known = getSessionError(error) as { code: string; reason?: string } | undefined
  const status = (error as { response?: { status: number } }).response?.status
  return {
    error: known?.code ?? (error as Error).name,
    ...(known?.reason && { reason: known.reason }),
    ...(status && { status }),
  }
}

function viewOf({ session, loginsRequired, events }: OpenSession): SessionView {
  const { status, held, generation } = session.getSnapshot()
  return { status, held, generation, loginsRequired, events }
}

async function login({ session }: OpenSession, username: string): Promise<void> {
  const answer = await fetch('/login', { method: 'POST', body: new URLSearchParams({ username }) })
  await session.login(await answer.json())
}

const controls: TabControls = {
  state(): TabState {
    return {
      tab: config.tab,
      sessions: Object.fromEntries([...open].map(([name, one]) => [name, viewOf(one)])),
      outcomes,
      pending,
      problems,
      hasLocks: 'locks' in navigator,
      wasRestored,
    }
  },
  send(session, user, count) {
    const { ways } = sessionOf(session)
    for (let each = 0; each < count; each++) {
      const path = `/as/${user}/${config.tab}/${++sent}`
      begin(settle(path, ways[sent % ways.length] as Send))
    }
  },
  login: (session, user) => begin(login(sessionOf(session), user)),
  logout: (session) => begin(sessionOf(session).session.logout()),
  answerPrompts: (isGranted) => void (isPromptGranted = isGranted),
  block(ms) {
    // In the next task, so that whoever asked for it has its answer; a timer would come late in a hidden tab.
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      const end = Date.now() + ms
      while (Date.now() < end);
      port1.close()
    }
    port2.postMessage(undefined)
  },
}

Object.assign(window, { tab: controls })
