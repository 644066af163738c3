import { Agent } from 'node:http'
import axios from 'axios'
import { attachSession, createSession, type Session, type SessionEvent } from 'tokenflight/axios'
import { createFetch } from 'tokenflight/fetch'
import { sharedPlace } from '../support/shared-store.js'
import type { StoredRecord } from 'tokenflight'
import type { Ways } from './sending.js'

/** One tab: a session of its own over the store that all share. */
export interface Tab extends Ways {
  readonly session: Session
  close(): void
}

/** What all tabs told, by type. */
export type EventCounts = Partial<Record<SessionEvent['type'], number>>

/** Tabs of one login. */
export interface Tabs {
  readonly all: readonly Tab[]
  readonly events: EventCounts
  /** The problems that any session told of; by their message. */
  readonly problems: Map<string, number>
  /** How many requests are held now, over all tabs. */
  held(): number
  close(): void
}

/** What the tabs are told besides. */
interface TabTerms {
  readonly origin: string
  readonly count: number
  readonly refreshTimeoutMs: number
}

/** Opens so many tabs and signs in by the first. Every other tab hears when the store changes, the rest must look. */
export async function openTabs({ origin, count, refreshTimeoutMs }: TabTerms): Promise<Tabs> {
  const place = sharedPlace('soak')
  const events: EventCounts = {}
  const problems = new Map<string, number>()
  const note = (event: SessionEvent): void => {
    events[event.type] = (events[event.type] ?? 0) + 1
    if (event.type === 'problem') problems.set(event.message, (problems.get(event.message) ?? 0) + 1)
  }
  /** How old the token is that a grant renews; the server checks that it had a reason. */
  const ageMs = (): number => Date.now() - (place.found as StoredRecord).issuedAt
  const open = (index: number): Tab => {
    const session = createSession({
      refresh: {
        tokenEndpoint: `${origin}/token`,
        clientId: 'soak',
        headers: () => ({ 'x-age': String(ageMs()) }),
      },
      store: place.open({ hears: index % 2 === 1 }),
      refreshTimeoutMs,
      rotationGraceMs: refreshTimeoutMs,
      // Each refusal of a good token is counted at the server, so that none may be given up here.
      refreshBudget: { grants: 1e9 },
    })
    session.on(note)
    return openWays(session, origin)
  }
  const first = open(0)
  await first.session.login(await (await fetch(`${origin}/login`)).json())
  const all = [first, ...Array.from({ length: count - 1 }, (_, index) => open(index + 1))]
  return {
    all,
    events,
    problems,
    held: () => all.reduce((sum, { session }) => sum + session.getSnapshot().held, 0),
    close: () => all.forEach((tab) => tab.close()),
  }
}

function openWays(session: Session, origin: string): Tab {
  const agent = new Agent({ keepAlive: true })
  const instance = axios.create({ baseURL: origin, httpAgent: agent })
  const detach = attachSession(instance, session)
  return {
    session,
    axios: instance,
    fetch: createFetch(session, { baseUrl: origin }),
    close() {
      detach()
      session.dispose()
      agent.destroy()
    },
  }
}
