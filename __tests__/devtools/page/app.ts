import axios from 'axios'
import {
  attachSession,
  createSession,
  storageStore,
  type SessionEvent,
  type TokenResponse,
} from 'tokenflight/axios'
import { explain, mountDevtools } from 'tokenflight/devtools'
import { createFetch } from 'tokenflight/fetch'

/** A small app on one origin with its API and its authorization server. */
const session = createSession({
  refresh: { tokenEndpoint: '/auth/token', clientId: 'demo-spa' },
  store: storageStore(localStorage),
})
const baseURL = new URL('/api', location.href).href
const api = axios.create({ baseURL })
attachSession(api, session)

const events: SessionEvent[] = []
let unmount: (() => void) | undefined

const app = {
  session,
  api,
  fetch: createFetch(session, { baseUrl: `${baseURL}/` }),
  axios,
  events,
  explain,
  async login(tokens: TokenResponse) {
    await session.login(tokens)
  },
  mount(open: boolean) {
    unmount = mountDevtools(session, { open })
  },
  unmount() {
    unmount?.()
  },
  /** So many requests at once; how many were answered well. */
  async storm(count: number, path = '/items/') {
    const all = Array.from({ length: count }, (_, index) => api.get(`${path}${index + 1}`))
    const done = await Promise.allSettled(all)
    return done.filter(({ status }) => status === 'fulfilled').length
  },
}

session.on((event) => void events.push(event))

/** What the tests see of the page. */
export type App = typeof app
Object.assign(window, { app })
