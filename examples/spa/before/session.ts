import axios from 'axios'
import { apiOrigin, clientId, tokenEndpoint } from '../app/servers.js'
import type { Tokens } from '../app/auth.js'
import { goToSignIn } from '../app/way-back.js'

export const api = axios.create({ baseURL: apiOrigin })

let isRefreshing = false
let failedQueue: { resolve: (token: string) => void; reject: (error: unknown) => void }[] = []

function processQueue(error: unknown, token = '') {
  failedQueue.forEach(({ resolve, reject }) => (error ? reject(error) : resolve(token)))
  failedQueue = []
}

api.interceptors.request.use((config) => {
  const token = localStorage.getItem('access_token')
  if (token) config.headers.Authorization = `Bearer ${token}`
  return config
})

api.interceptors.response.use(undefined, async (error) => {
  const originalRequest = error.config
  if (error.response?.status !== 401 || originalRequest._retry) throw error
  originalRequest._retry = true

  if (isRefreshing) {
    await new Promise<string>((resolve, reject) => failedQueue.push({ resolve, reject }))
    return api(originalRequest)
  }

  isRefreshing = true
  try {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: localStorage.getItem('refresh_token') ?? '',
      client_id: clientId,
    })
    const { data } = await axios.post<Tokens>(tokenEndpoint, form)
    signIn(data)
    processQueue(null, data.access_token)
    return api(originalRequest)
  } catch (refreshError) {
    processQueue(refreshError)
    signOut()
    goToSignIn()
    throw refreshError
  } finally {
    isRefreshing = false
  }
})

export function signIn(tokens: Tokens) {
  localStorage.setItem('access_token', tokens.access_token)
  localStorage.setItem('refresh_token', tokens.refresh_token)
}

export function signOut() {
  localStorage.removeItem('access_token')
  localStorage.removeItem('refresh_token')
}

export const isSignedIn = () => localStorage.getItem('access_token') !== null
