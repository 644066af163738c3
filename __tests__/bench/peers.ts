import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AxiosError, AxiosInstance, InternalAxiosRequestConfig } from 'axios'
import { instanceOn, type Column } from './columns.js'

/**
 * The packages that people would use instead, each set up as its own README does it. They are dependencies of the
 * bench alone, and typed here by what is used of them: nothing else may need them to be installed.
 */
export async function peers(benchFolder: string): Promise<readonly Column[]> {
  const load = createRequire(join(benchFolder, 'package.json'))
  const oauth2 = pathToFileURL(load.resolve('@badgateway/oauth2-client')).href
  return [
    authRefresh('axios-auth-refresh', load('axios-auth-refresh') as AuthRefresh),
    authRefresh('axios-auth-refresh, no dedup', load('axios-auth-refresh') as AuthRefresh, {
      deduplicateRefresh: false,
    }),
    authRefreshQueue(load('axios-auth-refresh-queue') as AuthRefreshQueue),
    axiosJwt(load('axios-jwt') as AxiosJwt),
    badgateway((await import(oauth2)) as OAuth2),
  ]
}

interface AuthRefresh {
  createAuthRefresh(
    instance: AxiosInstance,
    refresh: (failed: AxiosError) => Promise<void>,
    options?: { deduplicateRefresh: boolean },
  ): number
}

function authRefresh(
  name: string,
  { createAuthRefresh }: AuthRefresh,
  options?: { deduplicateRefresh: boolean },
): Column {
  return {
    name,
    kind: 'axios',
    async open(world, http) {
      const api = instanceOn(world, http)
      let token = world.first.access_token
      api.interceptors.request.use((config) => {
        config.headers.Authorization = `Bearer ${token}`
        return config
      })
      const refresh = async ({ response }: AxiosError): Promise<void> => {
        token = (await world.grant()).access_token
        if (response) response.config.headers.Authorization = `Bearer ${token}`
      }
      createAuthRefresh(api, refresh, options)
      return { send: (path) => api.get(path) }
    },
  }
}

interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
}

interface AuthRefreshQueue {
  applyAuthTokenInterceptor(
    instance: AxiosInstance,
    options: {
      headerTokenHandler(request: InternalAxiosRequestConfig): void
      getRefreshToken(): string
      requestRefresh(refreshToken: string): Promise<Tokens>
      onSuccess(tokens: Tokens): void
      onFailure(error: unknown): void
    },
  ): void
}

function authRefreshQueue({ applyAuthTokenInterceptor }: AuthRefreshQueue): Column {
  return {
    name: 'axios-auth-refresh-queue',
    kind: 'axios',
    async open(world, http) {
      const api = instanceOn(world, http)
      let { access_token: token, refresh_token: refreshToken } = world.first
      applyAuthTokenInterceptor(api, {
        headerTokenHandler(request) {
          request.headers.Authorization = `Bearer ${token}`
        },
        getRefreshToken: () => refreshToken,
        requestRefresh: async () => camelCase(await world.grant()),
        onSuccess(tokens) {
          token = tokens.accessToken
          refreshToken = tokens.refreshToken
        },
        onFailure() {},
      })
      return { send: (path) => api.get(path) }
    },
  }
}

interface AxiosJwt {
  applyAuthTokenInterceptor(
    instance: AxiosInstance,
    options: { requestRefresh(): Promise<Tokens>; getStorage(): object },
  ): void
  setAuthTokens(tokens: Tokens): Promise<void>
}

/** It keeps one storage for the whole process. */
function axiosJwt({ applyAuthTokenInterceptor, setAuthTokens }: AxiosJwt): Column {
  return {
    name: 'axios-jwt',
    kind: 'axios',
    isBlindTo401: true,
    async open(world, http) {
      const api = instanceOn(world, http)
      const kept = new Map<string, string>()
      const storage = {
        get: async (key: string) => kept.get(key),
        set: async (key: string, value: string) => void kept.set(key, value),
        remove: async (key: string) => void kept.delete(key),
      }
      applyAuthTokenInterceptor(api, {
        requestRefresh: async () => camelCase(await world.grant()),
        getStorage: () => storage,
      })
      await setAuthTokens(camelCase(world.first))
      return { send: (path) => api.get(path) }
    },
  }
}

interface OAuth2 {
  OAuth2Client: new (options: { clientId: string; tokenEndpoint: string; fetch: unknown }) => object
  OAuth2Fetch: new (options: {
    client: object
    getNewToken(): unknown
  }) => {
    getToken(): Promise<unknown>
    mw(): (request: Request, next: (request: Request) => Promise<Response>) => Promise<Response>
  }
}

function badgateway({ OAuth2Client, OAuth2Fetch }: OAuth2): Column {
  return {
    name: '@badgateway/oauth2-client',
    kind: 'fetch',
    async open(world) {
      const { tokenEndpoint, tokenFetch } = world
      const client = new OAuth2Client({ clientId: 'spa', tokenEndpoint, fetch: tokenFetch })
      const expiresAt = Date.now() + world.first.expires_in * 1000
      let first: object | null = { ...camelCase(world.first), expiresAt }
      const getNewToken = (): unknown => {
        const token = first
        first = null
        return token
      }
      const session = new OAuth2Fetch({ client, getNewToken })
      await session.getToken()
      const through = session.mw()
      return { send: (path) => through(new Request(world.baseUrl + path), world.fetch) }
    },
  }
}

function camelCase(granted: { readonly access_token: string; readonly refresh_token: string }): Tokens {
  return { accessToken: granted.access_token, refreshToken: granted.refresh_token }
}
