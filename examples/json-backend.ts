/** A home-made backend: JSON in, JSON out, names of its own, and a 403 where OAuth says invalid_grant. */
import axios from 'axios'
import { attachSession, createSession, isLoginRequired } from 'tokenflight/axios'
import { startServers } from './servers/start-servers.js'

interface TokenAnswer {
  data: { access: string; renewal: string; lifetime: number }
}

function parseResponse(body: unknown) {
  const { access, renewal, lifetime } = (body as TokenAnswer).data
  return { accessToken: access, refreshToken: renewal, expiresIn: lifetime }
}

async function main() {
  const { auth, api: server, close } = await startServers({ dialect: 'home-made' })
  const session = createSession({
    refresh: {
      tokenEndpoint: auth.tokenEndpoint,
      encoding: 'json',
      body: (refreshToken) => ({ refresh_token: refreshToken }),
      parseResponse,
    },
    isSessionOver: ({ status }) => status === 403,
    onLoginRequired: () => console.log('to the login page'),
  })
  const api = axios.create({ baseURL: server.origin })
  attachSession(api, session)

  const login = await axios.post<TokenAnswer>(`${auth.origin}/login`, { username: 'ada' })
  await session.login(parseResponse(login.data))
  auth.expireAll()
  console.log('renewed:', (await api.get('/me')).data.who)

  auth.revoke()
  await api.get('/me').catch((error: unknown) => console.log('over:', isLoginRequired(error)))
  await close()
}

void main()
