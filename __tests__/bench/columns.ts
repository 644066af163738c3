import axios, { type AxiosAdapter, type AxiosInstance } from 'axios'
import { attachSession, createSession, type Session } from 'tokenflight/axios'
import { createFetch } from 'tokenflight/fetch'
import { attachHandRolled } from './hand-rolled.js'
import type { World } from './world.js'

/** What answers: axios and fetch both name it so. */
export interface Answer {
  readonly status: number
}

/** A client that is signed in. */
export interface Client {
  send(path: string): Promise<Answer>
  close?(): void
}

/** One way for an app to keep its requests signed in. */
export interface Column {
  readonly name: string
  readonly kind: 'axios' | 'fetch'
  /** What all others are compared with. */
  readonly isBare?: boolean
  /** It renews by the clock alone: a 401 is its caller's. */
  readonly isBlindTo401?: boolean
  /** Sets it up against a world, with an adapter in the place of the world's own, and signs in. */
  open(world: World, http?: AxiosSetting): Promise<Client>
}

/** How an axios column reaches its API. */
export interface AxiosSetting {
  readonly adapter: AxiosAdapter | 'http'
  readonly baseURL: string
}

/** An axios instance on that world. */
export function instanceOn(world: World, http: AxiosSetting | undefined): AxiosInstance {
  return axios.create(http ?? { adapter: world.adapter, baseURL: world.baseUrl })
}

/** What an app without any of these writes: one line that sets the token. */
function bareAxios(name: string, options?: { synchronous: boolean }): Column {
  return {
    name,
    kind: 'axios',
    isBare: true,
    async open(world, http) {
      const api = instanceOn(world, http)
      const token = world.first.access_token
      api.interceptors.request.use(
        (config) => {
          config.headers.Authorization = `Bearer ${token}`
          return config
        },
        null,
        options,
      )
      return { send: (path) => api.get(path) }
    },
  }
}

function bareFetch(name: string): Column {
  return {
    name,
    kind: 'fetch',
    isBare: true,
    async open(world) {
      const headers = { Authorization: `Bearer ${world.first.access_token}` }
      return { send: (path) => world.fetch(world.baseUrl + path, { headers }) }
    },
  }
}

const handRolled: Column = {
  name: 'hand-rolled queue',
  kind: 'axios',
  async open(world, http) {
    const api = instanceOn(world, http)
    attachHandRolled(api, world.first.access_token, async () => (await world.grant()).access_token)
    return { send: (path) => api.get(path) }
  },
}

const tokenflightOnAxios: Column = {
  name: 'tokenflight on axios',
  kind: 'axios',
  async open(world, http) {
    const session = await signedIn(world)
    const api = instanceOn(world, http)
    attachSession(api, session)
    return { send: (path) => api.get(path), close: () => session.dispose() }
  },
}

const tokenflightOnFetch: Column = {
  name: 'tokenflight on fetch',
  kind: 'fetch',
  async open(world) {
    const session = await signedIn(world)
    const api = createFetch(session, { baseUrl: world.baseUrl, fetch: world.fetch })
    return { send: (path) => api(path), close: () => session.dispose() }
  },
}

/**
 * With a refresh function, since that is what most of the others take. Storms that come hours apart elsewhere come
 * within a second here: the budget allows them.
 */
async function signedIn(world: World): Promise<Session> {
  const refreshBudget = { grants: 1_000_000, windowMs: 1_000 }
  const session = createSession({ refresh: world.grant, refreshBudget })
  await session.login(world.first)
  return session
}

/** The names of the columns that the figures are compared with, and of those that are judged. */
export const names = {
  axios: { bare: 'axios', again: 'axios, again', ours: tokenflightOnAxios.name },
  fetch: { bare: 'fetch', again: 'fetch, again', ours: tokenflightOnFetch.name },
} as const

/** What can be measured without installing anything more. */
export const columns: readonly Column[] = [
  bareAxios(names.axios.bare),
  bareAxios(names.axios.again),
  bareAxios('axios, synchronous', { synchronous: true }),
  handRolled,
  tokenflightOnAxios,
  bareFetch(names.fetch.bare),
  bareFetch(names.fetch.again),
  tokenflightOnFetch,
]
