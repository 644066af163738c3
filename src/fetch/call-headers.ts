import { readHeader } from '../http/headers.js'

/** The headers of one call. A plain object stays one: fetch reads it once, and its own class costs several times that. */
export type CallHeaders = Headers | Record<string, string>

/** A copy of what a call was given, in any form that fetch takes. */
export function copyOf(given: NonNullable<RequestInit['headers']> | undefined): CallHeaders {
  return !given || isPlain(given) ? { ...given } : new Headers(given)
}

/** The value of a header; null or undefined where there is none. */
export function valueOf(headers: CallHeaders, name: string): string | null | undefined {
  if (!isPlain(headers)) return headers.get(name)
  for (const key in headers) if (isSame(key, name)) return readHeader(headers, name)
  return undefined
}

/** Sets a header, or takes it off where there is no value, however it is spelled. */
export function put(headers: CallHeaders, name: string, value: string | undefined): void {
  if (!isPlain(headers)) return value ? headers.set(name, value) : headers.delete(name)
  for (const key in headers) if (!(value && key === name) && isSame(key, name)) delete headers[key]
  if (value) headers[name] = value
}

function isPlain(headers: object): headers is Record<string, string> {
  return Object.getPrototypeOf(headers) === Object.prototype
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
