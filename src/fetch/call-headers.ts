/** The headers of one call. A plain object stays one: fetch reads it once, and its own class costs several times that. */
export type CallHeaders = Headers | Record<string, string>

/** A copy of what a call was given, in any form that fetch takes; a plain object holds no header of this name. */
export function copyOf(given: RequestInit['headers'], name: string): CallHeaders {
  const bag = given ?? {}
  const isPlain = Object.getPrototypeOf(bag) === Object.prototype
  const isNamed = (key: string): boolean => key.toLowerCase() === name.toLowerCase()
  return isPlain && !Object.keys(bag).some(isNamed)
    ? { ...(bag as Record<string, string>) }
    : new Headers(bag)
}

/** A copy with this header, or, where it has no value, without. */
export function withHeader(headers: CallHeaders, name: string, value: string | undefined): CallHeaders {
  if (!(headers instanceof Headers)) {
    const copy = { ...headers }
    // Not in the literal: there, engines take a slow way to a name that is computed.
    if (value) copy[name] = value
    return copy
  }
  const copy = new Headers(headers)
  if (value) copy.set(name, value)
  else copy.delete(name)
  return copy
}
