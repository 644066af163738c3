import type { ClientMetadata, JWK } from 'oidc-provider'

/** Where every client of these servers is sent back to. Nobody has to be there: who drives the flow stops at it. */
export const redirectUri = 'https://app.example/callback'

/** A secret that is safe only where it is form-encoded before it goes into Basic (RFC 6749 §2.3.1). */
export const secret = 'a:b c%2F+&=!~'

/**
 * The clients that the server knows: a public single-page app, three confidential ones, each with its own way to
 * show who it is, and the API, which may introspect all tokens and has no grants.
 */
export function clientsWith(assertionKey?: JWK): ClientMetadata[] {
  const usual: Omit<ClientMetadata, 'client_id'> = {
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    id_token_signed_response_alg: 'ES256',
  }
  const confidential: ClientMetadata[] = [
    {
      ...usual,
      client_id: 'basic:app',
      client_secret: secret,
      token_endpoint_auth_method: 'client_secret_basic',
    },
    {
      ...usual,
      client_id: 'post-app',
      client_secret: secret,
      token_endpoint_auth_method: 'client_secret_post',
    },
  ]
  return [
    { ...usual, client_id: 'spa', token_endpoint_auth_method: 'none' },
    ...confidential,
    ...(assertionKey ? [assertingClient(usual, assertionKey)] : []),
    { client_id: 'api', client_secret: secret, redirect_uris: [], grant_types: [], response_types: [] },
  ]
}

function assertingClient(usual: Omit<ClientMetadata, 'client_id'>, key: JWK): ClientMetadata {
  return {
    ...usual,
    client_id: 'jwt-app',
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    jwks: { keys: [key] },
  }
}
