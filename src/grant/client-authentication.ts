import type { TokenEndpointOptions } from './grant-options.js'

/** What a client adds to a token request to show who it is. */
export interface ClientProof {
  readonly headers?: Readonly<Record<string, string>>
  readonly members?: Readonly<Record<string, string | undefined>>
}

/** Shows who the client is at the token endpoint (RFC 6749 §2.3.1; a public client: §3.2.1). */
export function proveClient(endpoint: TokenEndpointOptions): ClientProof {
  const { clientId, clientSecret, clientAuthentication = clientSecret && 'client_secret_basic' } = endpoint
  if (clientAuthentication === 'client_secret_basic') {
    // Encoded first, so that a colon in the id is not taken for the one between them; and it is ASCII then.
    const pair = `${formEncode(clientId ?? '')}:${formEncode(clientSecret ?? '')}`
    return { headers: { authorization: `Basic ${btoa(pair)}` } }
  }
  const isPost = clientAuthentication === 'client_secret_post'
  return { members: { client_id: clientId, client_secret: isPost ? clientSecret : undefined } }
}

/**
 * Encodes one name or value as application/x-www-form-urlencoded (RFC 6749 Appendix B). Leaves `!'()~` as they
 * are: every decoder reads them, and a server that forgets to decode a secret does too.
 */
export function formEncode(text: string): string {
  // Not by URLSearchParams: React Native's encoded nothing for years.
  return encodeURIComponent(text).replace(/%20/g, '+')
}
