import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import type { Account } from 'oidc-provider'
import { readBody } from '../../servers/messages.js'
import { errorPage, signInPage } from './pages.js'

/** Where the pages of the sign-in are; the interaction's id follows. */
export const signInPath = '/sign-in/'

/** Who may sign in. A demo on loopback: the page itself says the passwords. */
const passwords: Readonly<Record<string, string>> = { ada: 'lovelace', grace: 'hopper' }

export const accounts = {
  find(id: string): Account | undefined {
    return id in passwords ? { accountId: id, claims: () => ({ sub: id }) } : undefined
  },
}

/** Shows the sign-in page, and takes what was typed into it. */
export async function handleSignIn(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const interaction = await provider.interactionDetails(request, response).catch(() => undefined)
  if (!interaction) return errorPage(response, 400, 'This sign-in has expired. Go back and begin again.')
  if (request.method !== 'POST') return signInPage(response)
  const typed = new URLSearchParams(await readBody(request))
  const name = (typed.get('username') ?? '').trim().toLowerCase()
  if (!(name in passwords) || passwords[name] !== typed.get('password'))
    return signInPage(response, { name, problem: 'That name and password do not belong together.' })
  await provider.interactionFinished(request, response, { login: { accountId: name } })
}
