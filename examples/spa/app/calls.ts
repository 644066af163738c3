import { clientId } from './servers.js'

/**
 * Names one thing that the app asks for. The name stays the same however often it is sent, so that the servers can
 * tell what was lost and what was done twice.
 */
export function asCall(): { headers: { 'X-Request-Id': string } } {
  return { headers: { 'X-Request-Id': `${clientId}.${crypto.randomUUID()}` } }
}
