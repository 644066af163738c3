/**
 * Reads a header by name, in any case, from `Headers`, axios's headers, a `Map`, a plain object or an array
 * of pairs. Several values are joined with a comma and a space (RFC 9110 §5.3); `undefined` where there is
 * none. Never throws.
 */
export function readHeader(headers: unknown, name: string): string | undefined {
  try {
    const bag = headers as Iterable<[unknown, unknown]>
    const values = [...(Symbol.iterator in bag ? bag : Object.entries(bag))]
      .filter(([key]) => String(key).toLowerCase() === name.toLowerCase())
      .flatMap(([, value]) => value)
      // axios marks a header that must not be sent with `false`.
      .filter((value) => value != null && value !== false)
    return values.length ? values.join(', ') : undefined
  } catch {
    return undefined
  }
}
