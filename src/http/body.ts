// By tag and not by class, so that bodies of another realm or of a polyfill count.
const REPLAYABLE_ITERABLE = /^\[object (?:String|\w*Array|Map|Set|URLSearchParams|FormData|Headers)\]$/

/**
 * Says whether a request body can be read only once, so that the request cannot be sent again: Node streams
 * and the form-data package (anything with `.pipe`), `ReadableStream`, iterators, async iterables, and sync
 * iterables that are not known to start afresh. Never throws; what cannot be inspected counts as one-shot.
 */
export function isOneShot(body: unknown): boolean {
  if (body == null) return false
  try {
    const methods = ['pipe', 'getReader', 'next', Symbol.asyncIterator]
    if (!REPLAYABLE_ITERABLE.test({}.toString.call(body))) methods.push(Symbol.iterator)
    return methods.some((name) => typeof (Object(body) as Record<PropertyKey, unknown>)[name] === 'function')
  } catch {
    return true
  }
}
