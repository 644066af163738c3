import axios from 'axios'
import { attachSession, type Session } from 'tokenflight/axios'
import { createFetch } from 'tokenflight/fetch'

/** How an app calls `/me` through one library; resolves with who the API says that it is. */
export type Call = () => Promise<unknown>

/** Sets up one library with a session; these lines are the README's recipes. */
export type SetUp = (session: Session, baseUrl: string) => Promise<Call>

interface Me {
  readonly who: string
}

/** Every library that takes a fetch, as an app would set it up. Most of them are ES modules only. */
export const libraries: Readonly<Record<string, SetUp>> = {
  async 'fetch alone'(session, baseUrl) {
    const api = createFetch(session, { baseUrl })
    return async () => ((await (await api('/me')).json()) as Me).who
  },

  async ky(session, baseUrl) {
    const { default: ky } = await import('ky')
    const api = ky.create({ prefixUrl: baseUrl, fetch: createFetch(session, { baseUrl }) })
    return async () => (await api.get('me').json<Me>()).who
  },

  async 'ky, with a body'(session, baseUrl) {
    const { default: ky } = await import('ky')
    const api = ky.create({ prefixUrl: baseUrl, fetch: createFetch(session, { baseUrl }) })
    return async () => (await api.post('me', { json: { hello: 'world' } }).json<Me>()).who
  },

  async 'openapi-fetch'(session, baseUrl) {
    const { default: createClient } = await import('openapi-fetch')
    interface Paths {
      '/me': { get: { responses: { 200: { content: { 'application/json': Me } } } } }
    }
    const api = createClient<Paths>({ baseUrl, fetch: createFetch(session, { baseUrl }) })
    return async () => (await api.GET('/me')).data?.who
  },

  async ofetch(session, baseUrl) {
    const { createFetch: createOfetch } = await import('ofetch')
    const api = createOfetch({ fetch: createFetch(session, { baseUrl }), defaults: { baseURL: baseUrl } })
    return async () => (await api<Me>('/me', { method: 'POST', body: { hello: 'world' } })).who
  },

  async 'TanStack Query'(session, baseUrl) {
    const { QueryClient } = await import('@tanstack/query-core')
    const api = createFetch(session, { baseUrl })
    const client = new QueryClient()
    const queryFn = async ({ signal }: { signal: AbortSignal }): Promise<Me> =>
      (await (await api('/me', { signal })).json()) as Me
    return async () => {
      const { who } = await client.fetchQuery({ queryKey: ['me'], queryFn })
      client.clear()
      return who
    }
  },

  async 'Apollo Client'(session, baseUrl) {
    const { ApolloClient, HttpLink, InMemoryCache, gql } = await import('@apollo/client/core')
    const link = new HttpLink({ uri: `${baseUrl}/graphql`, fetch: createFetch(session, { baseUrl }) })
    const client = new ApolloClient({ link, cache: new InMemoryCache() })
    return async () => {
      const query = gql`
        query {
          me {
            who
          }
        }
      `
      const { data } = await client.query<{ me: Me }>({ query, fetchPolicy: 'network-only' })
      return data?.me.who
    }
  },

  async urql(session, baseUrl) {
    const { Client, fetchExchange } = await import('@urql/core')
    const client = new Client({
      url: `${baseUrl}/graphql`,
      fetch: createFetch(session, { baseUrl }),
      exchanges: [fetchExchange],
      preferGetMethod: false,
    })
    return async () => (await client.query<{ me: Me }>('{ me { who } }', {}).toPromise()).data?.me.who
  },

  async 'graphql-request'(session, baseUrl) {
    const { GraphQLClient } = await import('graphql-request')
    const client = new GraphQLClient(`${baseUrl}/graphql`, { fetch: createFetch(session, { baseUrl }) })
    return async () => (await client.request<{ me: Me }>('{ me { who } }')).me.who
  },

  async tRPC(session, baseUrl) {
    const { createTRPCClient, httpLink } = await import('@trpc/client')
    const api = createFetch(session, { baseUrl })
    // Under exactOptionalPropertyTypes not even the global fetch fits its type; else `fetch: api` does.
    const link = httpLink({ url: `${baseUrl}/trpc`, fetch: (url, init) => api(url, init as RequestInit) })
    const client = createTRPCClient({ links: [link] }) as unknown as { me: { query: () => Promise<Me> } }
    return async () => (await client.me.query()).who
  },

  async "axios with adapter: 'fetch'"(session, baseURL) {
    const api = axios.create({ baseURL, adapter: 'fetch' })
    attachSession(api, session)
    return async () => (await api.post<Me>('/me', { hello: 'world' })).data.who
  },

  async 'axios over createFetch'(session, baseURL) {
    const fetch = createFetch(session, { baseUrl: baseURL })
    const api = axios.create({ baseURL, adapter: 'fetch', env: { fetch } })
    return async () => (await api.post<Me>('/me', { hello: 'world' })).data.who
  },
}
