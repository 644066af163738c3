import type { Attachment } from './request.js'
import type { InternalAxiosRequestConfig } from 'axios'

/**
 * Behaviour 2: true where the caller says who it is: axios's `auth`, or the header set for this request, be it
 * to nothing. What stands in the instance's defaults, or was set by the session, is nobody's own.
 */
export function hasOwnCredentials(
  { instance, transport, lastSet }: Attachment,
  config: InternalAxiosRequestConfig,
): boolean {
  if (config.auth) return true
  const { headerName } = transport
  if (!config.headers.has(headerName)) return false
  const value = config.headers.get(headerName)
  if (typeof value === 'string' && lastSet.has(value)) return false
  if (!isDefault(instance.defaults.headers, config.method ?? 'get', headerName, value)) return true
  transport.report(
    `The instance has a default ${headerName} header, which the session replaces. Remove it from axios.defaults or axios.create().`,
  )
  return false
}

function isDefault(defaults: object, method: string, headerName: string, value: unknown): boolean {
  const { common, [method.toLowerCase()]: ofMethod } = defaults as Record<string, unknown>
  return [defaults, common, ofMethod].some((headers) => holds(headers, headerName.toLowerCase(), value))
}

function holds(headers: unknown, lowerName: string, value: unknown): boolean {
  if (typeof headers !== 'object' || headers === null) return false
  return Object.entries(headers).some(
    ([name, set]) => name.toLowerCase() === lowerName && String(set) === String(value),
  )
}
