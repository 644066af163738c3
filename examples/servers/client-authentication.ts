/** The one client that an authorization server knows. With a secret it is a confidential client. */
export interface Client {
  readonly id: string
  readonly secret?: string | undefined
}

/**
 * Whether the caller is that client: a public one names itself in the body, a confidential one proves itself with
 * Basic or in the body (RFC 6749 §2.3.1).
 */
export function isClient(
  client: Client,
  authorization: string | undefined,
  fields: Readonly<Record<string, string>>,
): boolean {
  const basic = basicCredentials(authorization)
  const id = basic?.id ?? fields['client_id']
  return id === client.id && (basic?.secret ?? fields['client_secret']) === client.secret
}

/** Id and secret are each form-encoded before Basic joins them, so that either may hold a colon. */
function basicCredentials(authorization = ''): Client | undefined {
  const [scheme = '', encoded = ''] = authorization.split(' ')
  if (scheme.toLowerCase() !== 'basic') return undefined
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(':').map(formDecode)
  return { id, secret }
}

function formDecode(text: string): string {
  return new URLSearchParams(`value=${text}`).get('value') ?? ''
}
