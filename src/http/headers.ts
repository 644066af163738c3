interface HeaderBag {
  get?: (name: string) => unknown
}

function valuesOf(headers: HeaderBag, name: string): unknown[] {
  const direct = typeof headers.get === 'function' ? headers.get(name) : undefined
  // A Map's `get` knows one spelling only, so that a miss proves nothing.
  if (direct != null) return [direct]
  const entries = Symbol.iterator in headers ? headers : Object.entries(headers)
  return [...(entries as Iterable<[unknown, unknown]>)]
    .filter(([key]) => String(key).toLowerCase() === name)
    .map(([, value]) => value)
}

/**
 * Reads a header by name, in any case, from `Headers`, axios's headers, a `Map`, a plain object or an array
 * of pairs. Several values are joined with a comma and a space (RFC 9110 §5.3); `undefined` where there is
 * none. Never throws.
 */
export function readHeader(headers: unknown, name: string): string | undefined {
  try {
    const values = valuesOf(headers as HeaderBag, name.toLowerCase()).flat()
    // axios marks a header that must not be sent with `false`.
    const present = values.filter((value) => value != null && value !== false)
    return present.length ? present.join(', ') : undefined
  } catch {
    return undefined
  }
}
