import { RefreshUnavailableError } from '../errors.js'

/**
 * Loads code that few sessions need. At once and not when it is needed: a page may stay open until a deployment has
 * taken the file away. Where that fails it is tried again with each call.
 *
 * @returns a function that rejects with a RefreshUnavailableError where the code cannot be had
 */
export function loader<T>(load: () => Promise<T>): () => Promise<T> {
  let module = load()
  module.catch(() => {})
  return () =>
    (module = module.catch(load)).catch((cause: unknown) => {
      throw new RefreshUnavailableError('network', { cause, hint: 'A part of tokenflight did not load.' })
    })
}
