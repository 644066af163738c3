// Compiled as a user's program would be, and never run: the types of the packed package, with no cast.
import axios from 'axios'
import type { AxiosInstance, AxiosRequestConfig } from 'axios'
import { clientCredentials, createSession, getSessionError, isLoginRequired, memoryStore } from 'tokenflight'
import type { Session, TokenSet } from 'tokenflight'
import { attachSession, createSession as createSessionBesideAxios, storageStore } from 'tokenflight/axios'
import { explain } from 'tokenflight/devtools'
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
    const failure = getSessionError(error)
    if (isLoginRequired(error)) console.log(failure?.message)
    if (failure?.code === 'ERR_REFRESH_UNAVAILABLE') console.log(failure.reason, failure.retryAfterMs)
  })
  await session.login({ accessToken: 'a', refreshToken: null, expiresIn: null })
  console.log(await explain(api, session, { url: '/x' }))
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
  // @ts-expect-error: neither a `tokenEndpoint` nor an `issuer`
  createSession({ refresh: { clientId: 'my-spa' } })
  const both = { tokenEndpoint: 'https://auth.example.com', issuer: 'https://auth.example.com' }
  // @ts-expect-error: one address, not two
  createSession({ refresh: both })
  // @ts-expect-error: no such option of a grant
  createSession({ refresh: { tokenEndpoint: 'https://auth.example.com', clientID: 'my-spa' } })
  // @ts-expect-error: a storage is no store
  createSession({ refresh: { tokenEndpoint: 'https://auth.example.com' }, store: sessionStorage })
  // @ts-expect-error: neither a secret nor an assertion
  clientCredentials({ tokenEndpoint: 'https://auth.example.com', clientId: 'my-service' })
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
