/** Requests that end between the session's interceptor and their adapter: they come back with its wrapper on. */
import axios, { AxiosError, type AxiosInstance, type InternalAxiosRequestConfig } from 'axios'
import axiosRetry from 'axios-retry'
import { attachSession } from 'tokenflight/axios'
import { useBench, type Bench } from '../support/bench.js'
import { rejectionOf } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()

type Interceptor = (
  config: InternalAxiosRequestConfig,
) => InternalAxiosRequestConfig | Promise<InternalAxiosRequestConfig>

/** An instance whose own interceptor was there first, and so runs after the session's. */
async function attached(
  interceptor: Interceptor,
  plug?: (http: AxiosInstance) => void,
): Promise<Bench & { http: AxiosInstance }> {
  const one = bench()
  const http = axios.create({ baseURL: 'https://api.example.com', adapter: one.api.adapter })
  http.interceptors.request.use(interceptor)
  plug?.(http)
  attachSession(http, one.session)
  await one.session.login(tokens(1))
  for (let n = 1; n <= 8; n++) one.api.dead.add(`access-${n}`)
  return { ...one, http }
}

/** Says that the network is away, so many times. */
function offline(times: number): Interceptor {
  let left = times
  return (config) => {
    if (left-- > 0) throw new AxiosError('Network Error', 'ERR_NETWORK', config)
    return config
  }
}

/** Aborts the first request, with its signal, before it reaches the adapter. */
function abortFirst(controller: AbortController): Interceptor {
  return async (config) => {
    controller.abort()
    return config
  }
}

const twice = ['Bearer access-1', 'Bearer access-2']

it('one that an interceptor failed twice, sent again by hand, is sent twice at most after a 401 (16, 17)', async () => {
  const { http, api, endpoint } = await attached(offline(2))
  let error = await rejectionOf(http.post('/pay', { amount: 1 }))
  while (error.code === 'ERR_NETWORK') error = await rejectionOf(http.request(error.config!))
  expect(error.response?.status).toBe(401)
  expect([api.authorizations, endpoint.asked.length]).toEqual([twice, 1])
})

it('one that axios-retry sends again is sent twice at most, too (17, 21)', async () => {
  const { http, api, endpoint } = await attached(offline(3), (plugged) => {
    axiosRetry(plugged, {
      retries: 3,
      retryDelay: () => 0,
      retryCondition: ({ code }) => code === 'ERR_NETWORK',
    })
  })
  const error = await rejectionOf(http.post('/pay', { amount: 1 }))
  expect(error.response?.status).toBe(401)
  expect([api.authorizations, endpoint.asked.length]).toEqual([twice, 1])
})

it('one that was cancelled there, sent again, is sent twice at most (16, 17)', async () => {
  const controller = new AbortController()
  const { http, api, endpoint } = await attached(abortFirst(controller))
  const { code, config } = await rejectionOf(http.get('/me', { signal: controller.signal }))
  expect([code, api.requests.length]).toEqual(['ERR_CANCELED', 0])
  delete config!.signal
  await rejectionOf(http.request(config!))
  expect([api.authorizations, endpoint.asked.length]).toEqual([twice, 1])
})

it('what comes back of it then shows the app’s own adapter (17)', async () => {
  const controller = new AbortController()
  const { http, api } = await attached(abortFirst(controller))
  const { config } = await rejectionOf(http.get('/me', { signal: controller.signal }))
  delete config!.signal
  const error = await rejectionOf(http.request(config!))
  expect(error.config?.adapter).toBe(api.adapter)
  api.dead.clear()
  expect((await http.request(config!)).config.adapter).toBe(api.adapter)
})

it('it is one more request of the session’s: its 401 is told, renewed for and replayed once (12, 17)', async () => {
  const { http, api, told } = await attached(offline(1))
  api.dead.delete('access-2')
  const { config } = await rejectionOf(http.get('/me'))
  expect((await http.request(config!)).data).toEqual({ path: '/me', token: 'access-2' })
  expect([told('sent'), told('unauthorized'), told('replayed'), told('settled')]).toEqual([1, 1, 1, 1])
})
