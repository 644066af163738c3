import axios, { type AxiosInstance } from 'axios'
import { attachSession, createSession, type Session } from 'tokenflight/axios'
import { startServers, type Servers } from '../servers/start-servers.js'
import { Facts } from './facts.js'
import { Timeline } from './timeline.js'

/** What an act plays on: two servers, an app that is signed in, and a record of what happens. */
export interface Stage extends Servers {
  readonly client: AxiosInstance
  readonly session: Session
  readonly timeline: Timeline
  readonly facts: Facts
  /** How often the user was asked to sign in. */
  loginsAsked(): number
}

/** One act: what it shows, and how it is played. */
export interface Act {
  readonly title: string
  readonly story: readonly string[]
  play(stage: Stage): Promise<void>
}

/** Sets the stage, has the act played on it, and clears it whatever happens. */
export async function perform(act: Act): Promise<Facts> {
  const servers = await startServers({ latencyMs: 30 })
  let loginsAsked = 0
  const session = createSession({
    refresh: { tokenEndpoint: servers.auth.tokenEndpoint, clientId: 'demo-spa' },
    refreshTimeoutMs: 1_000,
    onLoginRequired: () => loginsAsked++,
  })
  const client = axios.create({ baseURL: servers.api.origin })
  attachSession(client, session)
  await session.login(servers.auth.issue('ada'))
  const [timeline, facts] = [new Timeline(session), new Facts()]
  try {
    await act.play({ ...servers, client, session, timeline, facts, loginsAsked: () => loginsAsked })
    return facts
  } finally {
    timeline.stop()
    session.dispose()
    await servers.close()
  }
}

/** The numbers from 1 to `count`. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}

/** Resolves when it is so, which is looked at with every event of the session. */
export function until(session: Session, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!isSo()) return
      stop()
      resolve()
    }
    const stop = session.on(look)
    look()
  })
}
