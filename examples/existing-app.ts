/** Drops into an app that has its own axios instance and interceptors: two lines are new, nothing else changes. */
import axios from 'axios'
import { attachSession, createSession } from 'tokenflight/axios'
import { startServers } from './servers/start-servers.js'

async function main() {
  const servers = await startServers()

  // What the app had before.
  const seen = { sent: 0, answered: 0 }
  const api = axios.create({ baseURL: servers.api.origin })
  api.interceptors.request.use((config) => {
    config.headers.set('X-Request-Id', `request-${++seen.sent}`)
    return config
  })
  api.interceptors.response.use((response) => {
    seen.answered++
    return response
  })

  // What is new.
  const session = createSession({
    refresh: { tokenEndpoint: servers.auth.tokenEndpoint, clientId: 'demo-spa' },
  })
  attachSession(api, session)

  await session.login(servers.auth.issue('ada'))
  servers.auth.expireAll()
  const answers = await Promise.all(['/me', '/cart', '/news'].map((path) => api.get(path)))

  console.log('answers:', answers.map(({ status, data }) => `${data.path} ${status}`).join(', '))
  console.log(`the app's interceptors saw ${seen.sent} requests and ${seen.answered} answers`)
  console.log(
    `the API was asked ${servers.api.requests.length} times, the token endpoint ${servers.auth.counts.asked} time`,
  )
  await servers.close()
}

void main()
