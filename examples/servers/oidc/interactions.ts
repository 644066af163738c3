import type { IncomingMessage, ServerResponse } from 'node:http'
import type { InteractionResults, Provider } from 'oidc-provider'
import { readBody, readFields, sendJson } from '../messages.js'

/** Where the provider sends the user to sign in and to consent. */
export const interactionPath = '/interaction/'

/**
 * The pages of an authorization server that a user sees, without their looks: GET tells what is asked (`login` or
 * `consent`), POST answers it. A login takes `username` and, for the stronger way to sign in, `otp`; a consent takes
 * `scope`, what the user allows, or `deny`.
 */
export async function interact(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response)
  if (request.method === 'GET') {
    return sendJson(response, { status: 200, body: { prompt: prompt.name, scope: params['scope'] } })
  }
  const fields = readFields(await readBody(request))
  const consent: Consent = {
    accountId: session?.accountId,
    clientId: String(params['client_id']),
    missing: prompt.details,
  }
  const result = prompt.name === 'login' ? signedIn(fields) : await consented(provider, consent, fields)
  await provider.interactionFinished(request, response, result)
}

type Fields = Readonly<Record<string, string>>

/** Who is asked, for whom, and for what. */
interface Consent {
  readonly accountId: string | undefined
  readonly clientId: string
  readonly missing: {
    readonly missingOIDCScope?: readonly string[]
    readonly missingResourceScopes?: Readonly<Record<string, readonly string[]>>
  }
}

const denied: InteractionResults = { error: 'access_denied', error_description: 'The user said no' }

/** Whoever names himself is believed; the one-time password makes it the stronger kind of sign-in. */
function signedIn({ username = '', otp, deny }: Fields): InteractionResults {
  if (deny) return denied
  return { login: { accountId: username, acr: otp ? 'mfa' : 'pwd', amr: otp ? ['pwd', 'otp'] : ['pwd'] } }
}

/** What the user leaves out is refused for good, or the provider would ask again. */
async function consented(provider: Provider, consent: Consent, fields: Fields): Promise<InteractionResults> {
  const { accountId, clientId, missing } = consent
  if (fields['deny'] || accountId === undefined) return denied
  const allowed = (fields['scope'] ?? '').split(' ')
  const grant = new provider.Grant({ accountId, clientId })
  for (const scope of missing.missingOIDCScope ?? []) {
    if (allowed.includes(scope)) grant.addOIDCScope(scope)
    else grant.rejectOIDCScope(scope)
  }
  for (const [resource, scopes] of Object.entries(missing.missingResourceScopes ?? {})) {
    for (const scope of scopes) {
      if (allowed.includes(scope)) grant.addResourceScope(resource, scope)
      else grant.rejectResourceScope(resource, scope)
    }
  }
  return { consent: { grantId: await grant.save() } }
}
