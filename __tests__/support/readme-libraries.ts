import type { ApolloClient } from '@apollo/client/core'
import type { Client } from '@urql/core'
import type { GraphQLClient } from 'graphql-request'
import type { KyInstance } from 'ky'
import type { $Fetch } from 'ofetch'
import type { Client as OpenApiClient } from 'openapi-fetch'
import type { QueryClient } from '@tanstack/query-core'

/** Whom the API takes the caller for. */
export interface Me {
  readonly who: string
}

/** What the README's block about libraries exports. */
export type Libraries = {
  readonly kyApi: KyInstance
  readonly openApi: OpenApiClient<{
    '/me': { get: { responses: { 200: { content: { 'application/json': Me } } } } }
  }>
  readonly ofetchApi: $Fetch
  readonly apollo: ApolloClient
  readonly urql: Client
  readonly graphql: GraphQLClient
  readonly trpc: { readonly me: { readonly query: () => Promise<Me> } }
  readonly queries: QueryClient
  readonly me: () => Promise<Me>
}

/** The libraries by specifier. Most of them are ES modules only, which a block's `require` cannot load. */
export async function esModules(): Promise<Record<string, unknown>> {
  const found = {
    '@apollo/client/core': await import('@apollo/client/core'),
    '@tanstack/query-core': await import('@tanstack/query-core'),
    '@trpc/client': await import('@trpc/client'),
    '@urql/core': await import('@urql/core'),
    'graphql-request': await import('graphql-request'),
    ky: await import('ky'),
    ofetch: await import('ofetch'),
    'openapi-fetch': await import('openapi-fetch'),
  }
  // As a compiled import expects it: the default is the default.
  return Object.fromEntries(
    Object.entries(found).map(([name, module]) => [name, { __esModule: true, ...module }]),
  )
}
