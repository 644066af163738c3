import { inspect } from 'node:util'
import type { AxiosError } from 'axios'
import { getSessionError } from 'tokenflight/axios'

/** Each token is a bird of its own. No path of ours may ever show one. */
export const canaries = {
  access: 'canary-access-7f3a',
  refresh: 'canary-refresh-91bd',
  id: `eyJhbGciOiJub25lIn0.${Buffer.from('{"sub":"ann"}').toString('base64url')}.canary-id-55e0`,
  secret: 'canary secret/c0de',
  vault: 'canary-vault-3e9c',
  newAccess: 'canary-new-access-aa10',
  newRefresh: 'canary-new-refresh-bb20',
}
const birds = Object.values(canaries).flatMap((bird) => [bird, encodeURIComponent(bird), btoa(bird)])

/** A token response of canaries. */
export const login = {
  access_token: canaries.access,
  refresh_token: canaries.refresh,
  id_token: canaries.id,
  expires_in: 3600,
}
/** What a renewal brings. */
export const fresh = { access_token: canaries.newAccess, refresh_token: canaries.newRefresh }

/** All ways to look at a thing that a logger, a devtool or a bug report has. */
function everyView(thing: unknown): string {
  const options = {
    showHidden: true,
    depth: Infinity,
    getters: true,
    maxArrayLength: null,
    maxStringLength: null,
  }
  const seen = new WeakSet<object>()
  const json = JSON.stringify(thing, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value
    if (seen.has(value)) return '[again]'
    seen.add(value)
    if (!(value instanceof Error)) return value
    return Object.fromEntries(Reflect.ownKeys(value).map((key) => [String(key), Reflect.get(value, key)]))
  })
  const { stack, message } = (thing ?? {}) as Partial<Error>
  return [inspect(thing, options), json, String(thing), stack, message].join('\n')
}

/** Fails where any view of the thing shows a canary. */
export function expectNoCanary(what: string, thing: unknown): void {
  const view = everyView(thing)
  const found = birds.filter((bird) => view.includes(bird))
  expect({ what, found }).toEqual({ what, found: [] })
}

/** Ours in what axios rejected with; its own request, response and the caller's config are axios's. */
export function expectOursClean(error: unknown): void {
  expectNoCanary('our error', getSessionError(error))
  const { config, message, stack, code } = error as AxiosError
  expectNoCanary('the AxiosError’s own words', { message, stack, code })
  expectNoCanary('the caller’s headers', config?.headers)
}

/** An error as a careless library makes it: it quotes what it was given, in words, in members and beneath. */
export const quoting = (text: string, held = canaries.refresh): Error =>
  Object.assign(new Error(text), {
    config: {
      headers: { authorization: `Bearer ${canaries.access}` },
      data: `refresh_token=${canaries.refresh}`,
    },
    request: { body: held },
    cause: Object.assign(new TypeError(`"${canaries.secret}" is not legal`), { token: canaries.id }),
  })

/** All canaries that a session may know, in one text. */
export const everything = Object.values(canaries).slice(0, 4).join(' ')

/** The same after a renewal; it brought no new id token. */
export const renewed = [canaries.newAccess, canaries.newRefresh, canaries.id, canaries.secret].join(' ')
