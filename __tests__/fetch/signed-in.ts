import { createFetch, type FetchOptions, type SessionFetch } from 'tokenflight/fetch'
import { viaFetch } from '../contract/adapters.js'
import { world, type Choices, type World } from '../contract/world.js'

/** A world, and the function under test in it. */
export type SignedIn = World & { readonly send: SessionFetch }

/** Gives each test of a file its own worlds, and ends them after it. To be called once, at the top. */
export function worlds(): (choices?: Choices & Omit<FetchOptions, 'isUnauthorized'>) => Promise<SignedIn> {
  const begun: World[] = []
  afterEach(() => Promise.all(begun.splice(0).map((one) => one.close())))
  return async (choices = {}) => {
    const one = await world(viaFetch, choices)
    begun.push(one)
    const { isUnauthorized, fetch, baseUrl = one.api.origin } = choices
    return { ...one, send: createFetch(one.session, { fetch, baseUrl, isUnauthorized }) }
  }
}
