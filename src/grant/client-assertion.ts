import { getSessionError, RefreshConfigurationError, RefreshUnavailableError } from '../errors.js'
import { isHeaderSafe } from '../http/authorization.js'
import { membersOf } from './redact.js'
import type { ClientAssertion, RefreshTokenGrant } from './grant-options.js'

/**
 * The members of the body by which a client shows who it is with a signed JWT (RFC 7521 §4.2, RFC 7523 §2.2).
 *
 * @throws RefreshUnavailableError where the key is out of reach for a while: a remote signer's error has a status
 * @throws RefreshConfigurationError for whatever else `clientAssertion` throws
 */
export async function assertClient(
  { clientId, clientAssertion }: RefreshTokenGrant,
  audience: string,
): Promise<Readonly<Record<string, string | undefined>>> {
  let assertion: unknown
  try {
    assertion = await (clientAssertion as ClientAssertion)({ audience })
  } catch (cause) {
    throw judgeThrown(cause)
  }
  if (!isHeaderSafe(assertion))
    throw new RefreshConfigurationError('Expected `clientAssertion` to give a JWT.')
  return {
    client_id: clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  }
}

function judgeThrown(cause: unknown): unknown {
  if (getSessionError(cause)) return cause
  const { status: own, response } = membersOf(cause)
  const status = own ?? membersOf(response)['status']
  if (!/^(408|425|429|5..)$/.test(String(status)))
    return new RefreshConfigurationError('`clientAssertion` failed, see `cause`.', { cause })
  const hint = '`clientAssertion` could not be had.'
  return new RefreshUnavailableError('server', { status: status as number, cause, hint })
}
