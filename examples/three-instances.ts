/** Three axios instances and two API origins share one session: one token, one grant, and no token for strangers. */
import axios from 'axios'
import { attachSession, createSession } from 'tokenflight/axios'
import { ApiServer } from './servers/api-server.js'
import { startServers } from './servers/start-servers.js'

async function main() {
  const { auth, api, close } = await startServers()
  const introspect = (token: string) => auth.introspect(token)
  const reports = await new ApiServer({ introspect }).start()
  const stranger = await new ApiServer({ introspect }).start()

  const session = createSession({
    refresh: { tokenEndpoint: auth.tokenEndpoint, clientId: 'demo-spa' },
    allowedOrigins: [reports.origin], // besides the origin of each instance's own baseURL
  })
  const users = axios.create({ baseURL: `${api.origin}/users` })
  const orders = axios.create({ baseURL: `${api.origin}/orders` })
  const anywhere = axios.create()
  for (const instance of [users, orders, anywhere]) attachSession(instance, session)

  await session.login(auth.issue('ada'))
  auth.expireAll()
  const answers = await Promise.all([
    users.get('/1'),
    orders.get('/7'),
    anywhere.get(`${reports.origin}/may`),
  ])
  console.log('answers:', answers.map(({ data }) => data.path).join(', '))
  console.log('grants:', auth.counts.granted)

  await anywhere.get(`${stranger.origin}/pixel`).catch((error: unknown) => axios.isAxiosError(error))
  console.log('the stranger got:', stranger.requests[0]?.authorization ?? 'no token')
  await Promise.all([close(), reports.close(), stranger.close()])
}

void main()
