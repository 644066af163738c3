/** Both tokens are HttpOnly cookies: the app never sees one, and the session only knows when to renew. */
import axios from 'axios'
import { attachSession, createSession } from 'tokenflight/axios'
import { CookieJar } from './cookie-jar.js'
import { startServers } from './servers/start-servers.js'

async function main() {
  const { auth, api: server, close } = await startServers({ dialect: 'cookies' })
  const jar = new CookieJar() // in a browser: leave it out, and set `withCredentials: true` on the instance

  const session = createSession({
    refresh: { tokenEndpoint: auth.tokenEndpoint, refreshTokenIn: 'cookie', fetch: jar.fetch },
    accessTokenIn: 'cookie',
  })
  const api = axios.create({ baseURL: server.origin, adapter: 'fetch', env: { fetch: jar.fetch } })
  attachSession(api, session)

  const login = await jar.fetch(`${auth.origin}/login`, {
    method: 'POST',
    body: new URLSearchParams({ username: 'ada' }),
  })
  await session.login(await login.json())
  console.log('cookies:', jar.names.join(', '))

  auth.expireAll()
  const answers = await Promise.all([1, 2, 3].map((page) => api.get('/photos', { params: { page } })))
  console.log('answers:', answers.map(({ data }) => `${data.who} ${data.path}`).join(', '))
  console.log(
    'grants:',
    auth.counts.granted,
    'headers with a token:',
    server.requests.filter((r) => r.authorization).length,
  )
  await close()
}

void main()
