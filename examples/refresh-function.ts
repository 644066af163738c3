/** The app's own way to renew, through the very instance that the session is attached to. */
import axios from 'axios'
import { attachSession, createSession, getSessionError, type TokenResponse } from 'tokenflight/axios'
import { startServers } from './servers/start-servers.js'

async function main() {
  const { auth, api: server, close } = await startServers()
  const api = axios.create({ baseURL: server.origin })

  const session = createSession({
    allowedOrigins: [auth.origin],
    refresh: async (current, { signal, reason }) => {
      console.log('renewing because', reason)
      const grant = {
        grant_type: 'refresh_token',
        refresh_token: current?.refreshToken ?? '',
        client_id: 'demo-spa',
      }
      // The signal tells that this request is part of the renewal: it must not wait for itself.
      const { data } = await api.post<TokenResponse>(auth.tokenEndpoint, new URLSearchParams(grant), {
        signal,
      })
      return data
    },
    onLoginRequired: (error) => console.log('sign in again:', error.oauth?.error ?? error.reason),
  })
  attachSession(api, session)

  await session.login(auth.issue('ada'))
  auth.expireAll()
  const answers = await Promise.all(['/me', '/cart'].map((path) => api.get(path)))
  console.log(`${answers.length} answers, ${auth.counts.granted} grant`)

  auth.revoke() // the 400 invalid_grant that axios throws is read like any other answer
  await api.get('/me').catch((error: unknown) => console.log('me:', getSessionError(error)?.message))
  await close()
}

void main()
