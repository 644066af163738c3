/** Why a signal has aborted. React Native's signals have no reason: then it is an error as fetch rejects with. */
export function reasonOf(signal: AbortSignal | undefined): unknown {
  const reason = signal?.reason as unknown
  if (reason !== undefined) return reason
  return Object.assign(new Error('The request was aborted'), { name: 'AbortError' })
}
