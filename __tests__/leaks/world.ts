import axios, { AxiosError, type AxiosAdapter, type AxiosInstance } from 'axios'
import { attachSession, createSession, type Session, type SessionOptions } from '../../src/axios.js'
import { createFetch, type SessionFetch } from '../../src/fetch.js'

/** A session with an API in this process that takes the newest token alone, and grants that wait until they are let on. */
export interface World {
  readonly session: Session
  readonly http: AxiosInstance
  readonly call: SessionFetch
  readonly detach: () => void
  /** The token dies: the next request gets a 401. */
  expire(): void
  /** Lets the grant on its way succeed, or fail for good. */
  letGrant(outcome: 'succeed' | 'refuse'): void
}

/** Signed in. */
export async function openWorld(options: Partial<SessionOptions> = {}): Promise<World> {
  let version = 1
  let letOn: ((outcome: 'succeed' | 'refuse') => void) | undefined
  const issue = (): object => ({ access_token: `access-${version}`, refresh_token: `refresh-${version}` })
  const refresh = async (): Promise<object> => {
    const outcome = await new Promise((resolve) => (letOn = resolve))
    if (outcome === 'succeed') return issue()
    throw Object.assign(new Error('refused'), { status: 401 })
  }
  const session = createSession({ refresh, refreshBudget: { grants: 1e9 }, ...options } as SessionOptions)
  const isGood = (authorization: unknown): boolean => authorization === `Bearer access-${version}`
  const http = axios.create({ baseURL: 'https://api.example.com', adapter: adapterThat(isGood) })
  const detach = attachSession(http, session)
  const inner: typeof fetch = async (_, init) =>
    new Response(null, { status: isGood(new Headers(init?.headers).get('authorization')) ? 200 : 401 })
  const call = createFetch(session, { baseUrl: 'https://api.example.com', fetch: inner })
  await session.login(issue())
  return {
    session,
    http,
    call,
    detach,
    expire: () => void version++,
    letGrant(outcome) {
      const go = letOn
      letOn = undefined
      if (!go) throw new Error('Expected a grant to be on its way')
      go(outcome)
    },
  }
}

function adapterThat(isGood: (authorization: unknown) => boolean): AxiosAdapter {
  return async (config) => {
    const status = isGood(config.headers.get('authorization')) ? 200 : 401
    const response = { status, statusText: '', headers: {}, data: '', config, request: {} }
    if (status === 200) return response
    throw new AxiosError('401', AxiosError.ERR_BAD_REQUEST, config, {}, response as never)
  }
}
