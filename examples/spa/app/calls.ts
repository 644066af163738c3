import type { AxiosResponse } from 'axios'
import { clientId } from './servers.js'

/** The part of an axios config that names a call. */
interface CallConfig {
  readonly headers: { readonly 'X-Request-Id': string }
}

/**
 * Asks the API for one thing. Its name stays the same however often it is sent, so that the servers can tell what was
 * done twice; and they are told when the app gives up.
 *
 * @throws AxiosError as axios does
 */
export async function ask<T>(send: (config: CallConfig) => Promise<AxiosResponse<T>>): Promise<T> {
  const callId = crypto.randomUUID()
  try {
    return (await send({ headers: { 'X-Request-Id': `${clientId}.${callId}` } })).data
  } catch (error) {
    navigator.sendBeacon(`/lab/given-up?client=${clientId}`, JSON.stringify({ callId }))
    throw error
  }
}
