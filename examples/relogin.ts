/** Re-login without loss: a sign-in dialog over the page, and what was held meanwhile is answered, not lost. */
import axios from 'axios'
import { attachSession, createSession, getSessionError, type OAuthTokenResponse } from 'tokenflight/axios'
import { startServers } from './servers/start-servers.js'

async function main() {
  const { auth, api: server, close } = await startServers()
  let whoSignsIn = 'ada'
  let whileOpen = () => {}

  // In a page this opens a dialog and resolves when the user has signed in. `signal` aborts when nobody wants it.
  const signInDialog = async (signal: AbortSignal) => {
    whileOpen()
    const body = new URLSearchParams({ username: whoSignsIn })
    const response = await fetch(`${auth.origin}/login`, { method: 'POST', body, signal })
    // Who it is decides what becomes of the held requests. An id_token would say it by itself.
    return { ...((await response.json()) as OAuthTokenResponse), subject: whoSignsIn }
  }

  const session = createSession({
    refresh: { tokenEndpoint: auth.tokenEndpoint, clientId: 'demo-spa' },
    acquire: ({ signal, reason }) => {
      console.log(`dialog: ${reason}, ${session.getSnapshot().held} requests wait`)
      return signInDialog(signal)
    },
    onLoginRequired: () => console.log('to the login page'), // only if the dialog brings nothing
  })
  const api = axios.create({ baseURL: server.origin })
  attachSession(api, session)

  const held = (count: number) =>
    new Promise<void>((resolve) => {
      const stop = session.subscribe(() => {
        if (session.getSnapshot().held < count) return
        stop()
        resolve()
      })
    })

  /** Two requests are out, refused and waiting for their renewal, when the server ends the session. */
  async function endWhileOut() {
    auth.expireAll()
    auth.hold()
    const out = [api.post('/orders', { item: 'book' }), api.get('/cart')]
    await held(out.length)
    auth.revoke()
    auth.release()
    return out
  }

  await session.login({ ...auth.issue('ada'), subject: 'ada' })
  const late = new Promise<string>((resolve) => {
    whileOpen = () => resolve(api.get('/news').then(({ data }) => `${data.path} as ${data.who}`))
  })
  const answers = await Promise.all(await endWhileOut())
  console.log('answered:', answers.map(({ data }) => `${data.path} as ${data.who}`).join(', '))
  console.log('asked for while it was open:', await late)

  // Somebody else sits down at the same page: nothing of ada's is sent as bob.
  whoSignsIn = 'bob'
  whileOpen = () => {}
  const lost = await Promise.allSettled(await endWhileOut())
  console.log('rejected:', lost.map((one) => 'reason' in one && getSessionError(one.reason)?.code).join(', '))
  console.log('the page goes on as', (await api.get('/me')).data.who)

  const orders = server.answered(200).filter(({ path }) => path === '/orders')
  console.log(`orders placed: ${orders.length}`)
  session.dispose()
  await close()
}

void main()
