import type { AxiosError, AxiosInstance, InternalAxiosRequestConfig } from 'axios'

type Retried = InternalAxiosRequestConfig & { _retry?: boolean }

/**
 * The queue that tutorials teach, and that apps have in their code: the first 401 renews, later ones wait in a
 * list, then each is given to the instance again. It is here as it is found, not as it should be.
 */
export function attachHandRolled(
  api: AxiosInstance,
  firstToken: string,
  refreshToken: () => Promise<string>,
): void {
  let accessToken = firstToken
  let isRefreshing = false
  let failedQueue: { resolve(token: string): void; reject(error: unknown): void }[] = []

  const processQueue = (error: unknown, token: string): void => {
    for (const waiting of failedQueue) {
      if (error) waiting.reject(error)
      else waiting.resolve(token)
    }
    failedQueue = []
  }

  api.interceptors.request.use((config) => {
    config.headers.Authorization = `Bearer ${accessToken}`
    return config
  })

  api.interceptors.response.use(
    (response) => response,
    async (error: AxiosError) => {
      const originalRequest = error.config as Retried
      if (error.response?.status !== 401 || originalRequest._retry) throw error
      if (isRefreshing) {
        return new Promise<string>((resolve, reject) => {
          failedQueue.push({ resolve, reject })
        }).then((token) => {
          originalRequest.headers.Authorization = `Bearer ${token}`
          return api(originalRequest)
        })
      }
      originalRequest._retry = true
      isRefreshing = true
      try {
        accessToken = await refreshToken()
        processQueue(null, accessToken)
        originalRequest.headers.Authorization = `Bearer ${accessToken}`
        return api(originalRequest)
      } catch (failure) {
        processQueue(failure, '')
        throw failure
      } finally {
        isRefreshing = false
      }
    },
  )
}
