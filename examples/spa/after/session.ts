import axios from 'axios'
import { attachSession, createSession, storageStore } from 'tokenflight/axios'
import { apiOrigin, clientId, tokenEndpoint } from '../app/servers.js'
import { goToSignIn } from '../app/way-back.js'

export const api = axios.create({ baseURL: apiOrigin })

const session = createSession({
  refresh: { tokenEndpoint, clientId },
  store: storageStore(localStorage),
  onLoginRequired: goToSignIn,
})
attachSession(api, session)

export const signIn = session.login

export const signOut = session.logout

export const isSignedIn = async () => (await session.getTokens()) !== undefined
