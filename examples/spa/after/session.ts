import axios from 'axios'
import { attachSession, createSession, storageStore } from 'tokenflight/axios'
import { mountDevtools } from 'tokenflight/devtools'
import { apiOrigin, clientId, tokenEndpoint } from '../app/servers.js'
import { goToSignIn } from '../app/way-back.js'

export const api = axios.create({ baseURL: apiOrigin })

const session = createSession({
  refresh: { tokenEndpoint, clientId },
  store: storageStore(localStorage),
  onLoginRequired: goToSignIn,
})
attachSession(api, session)
mountDevtools(session) // the panel at the bottom of the page; yours is there in development only

export const signIn = session.login

export const signOut = session.logout

export const isSignedIn = async () => (await session.getTokens()) !== undefined
