import type { AxiosInstanceLike } from './instance.js'
import type { InternalAxiosRequestConfig } from 'axios'
import type { Transport } from '../session/transport.js'
import { readHeader } from '../http/headers.js'

/**
 * Behaviours 2 and 3: true where the caller wants no session, or says who it is: axios's `auth`, or the header set
 * for this request, be it to nothing. What stands in the instance's defaults, or was made by the session, is
 * nobody's own.
 */
export function isLeftAlone(
  { defaults }: AxiosInstanceLike,
  { headerName, hasMade, report }: Pick<Transport, 'headerName' | 'hasMade' | 'report'>,
  { skipSession, auth, headers, method }: InternalAxiosRequestConfig,
): boolean {
  const value = headers.get(headerName)
  const isOurs = value !== undefined && hasMade(String(value))
  // Caught in flight and sent again: wherever it goes now, the old token stays here.
  if (isOurs) headers.delete(headerName)
  if (skipSession || auth) return true
  if (isOurs || value === undefined) return false
  // axios has set the method, in small letters.
  const {
    common,
    [method as string]: ofMethod,
    ...others
  } = defaults.headers as Readonly<Record<string, unknown>>
  const isDefault = [common, ofMethod, others].some((some) => readHeader(some, headerName) === String(value))
  if (isDefault)
    report(
      `The session replaces the default ${headerName} header: remove it from axios.defaults or axios.create().`,
    )
  return !isDefault
}
