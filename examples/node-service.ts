/** A service without a user: client credentials (RFC 6749 §4.4) obtain the first token and every later one. */
import axios from 'axios'
import { attachSession, clientCredentials, createSession } from 'tokenflight/axios'
import { startServers } from './servers/start-servers.js'

async function main() {
  const client = { clientId: 'nightly-report', clientSecret: 'a secret: with a colon' }
  const { auth, api: server, close } = await startServers(client)

  const session = createSession({
    acquire: clientCredentials({ tokenEndpoint: auth.tokenEndpoint, ...client }),
  })
  const api = axios.create({ baseURL: server.origin })
  attachSession(api, session)

  // Nobody logs in: the first request that is refused brings the first token.
  const pages = await Promise.all([1, 2, 3, 4, 5].map((page) => api.get('/invoices', { params: { page } })))
  console.log(`${pages.length} pages as ${pages[0]?.data.who}, ${auth.counts.granted} grant`)

  auth.expireAll()
  const reports = await Promise.all([1, 2, 3].map((id) => api.post('/reports', { id })))
  console.log(`${reports.length} reports, ${auth.counts.granted} grants`)

  session.dispose()
  await close()
}

void main()
