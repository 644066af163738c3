// Compiled as a user's program would be, and never run: the types of the packed package, with no cast.
import axios from 'axios'
import type { AxiosInstance, AxiosRequestConfig } from 'axios'
import { createSession, getSessionError, isLoginRequired, memoryStore } from 'tokenflight'
import type { Session, TokenSet } from 'tokenflight'
import { attachSession, createSession as createSessionBesideAxios, storageStore } from 'tokenflight/axios'
import { createFetch } from 'tokenflight/fetch'

export const session: Session = createSession({
  refresh: { tokenEndpoint: 'https://auth.example.com/oauth/token', clientId: 'my-spa' },
  store: storageStore(sessionStorage),
  onLoginRequired: (error) => console.log(error.code, error.reason),
})

const api: AxiosInstance = axios.create({ baseURL: 'https://api.example.com' })
const detach: () => void = attachSession(api, session)
attachSession(axios, createSessionBesideAxios({ refresh: async () => ({ accessToken: 'a' }) }))

export async function program(): Promise<TokenSet | undefined> {
  await session.login({ access_token: 'a', refresh_token: 'r', token_type: 'Bearer', expires_in: 300 })
  await api.get('/x', { skipSession: true })
  await api.post<{ id: number }>('/x', { name: 'n' }, { skipSession: false }).then(({ data }) => data.id)
  await api.get('/x').catch((error: unknown) => {
    if (isLoginRequired(error)) console.log(getSessionError(error)?.code)
  })
  const config: AxiosRequestConfig = { url: '/x', skipSession: true }
  await api.request(config)
  detach()
  const token: string | undefined = await session.getAccessToken()
  console.log(token?.length, session.getSnapshot().status, memoryStore())
  return session.getTokens()
}

export async function programWithFetch(): Promise<number | undefined> {
  const plain: typeof fetch = createFetch(session)
  const send = createFetch(session, { fetch: plain, baseUrl: new URL('https://api.example.com') })
  const response: Response = await send('/x', { method: 'POST', body: 'x', skipSession: true })
  await send(new Request('https://api.example.com/x'), { headers: [['accept', 'text/plain']] })
  await createFetch(session, { isUnauthorized: ({ status }) => status === 419 })(new URL(response.url))
  return send('/x').then(
    ({ status }) => status,
    (error: unknown) => getSessionError(error)?.response?.status,
  )
}

export async function mistakes(): Promise<void> {
  // @ts-expect-error: a flag, not a word
  await createFetch(session)('/x', { skipSession: 'yes' })
  // @ts-expect-error: no such option
  createFetch(session, { baseURL: '/x' })
  // @ts-expect-error: a flag, not a word
  await api.get('/x', { skipSession: 'yes' })
  // @ts-expect-error: neither `refresh` nor `acquire`
  createSession({})
  // @ts-expect-error: no such option
  createSession({ refresh: async () => ({ accessToken: 'a' }), minValidity: 5 })
  // @ts-expect-error: a number of milliseconds
  createSession({ refresh: async () => ({ accessToken: 'a' }), minValidityMs: '5s' })
  // @ts-expect-error: the instance comes first
  attachSession(session, api)
  // @ts-expect-error: no session
  attachSession(api)
  // @ts-expect-error: may be undefined
  const token: string = await session.getAccessToken()
  console.log(token)
}
