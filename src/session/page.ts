/**
 * Listens to what browsers tell a page: the network is back, it is shown again, it comes out of the back/forward
 * cache. Elsewhere nothing tells. Returns the way to stop.
 */
export function listenToPage(listeners: Readonly<Record<string, () => void>>): () => void {
  const { addEventListener, removeEventListener } = globalThis as Partial<Window & typeof globalThis>
  if (typeof addEventListener !== 'function' || typeof removeEventListener !== 'function') return () => {}
  const entries = Object.entries(listeners)
  for (const [type, listener] of entries) globalThis.addEventListener(type, listener)
  return () => entries.forEach(([type, listener]) => globalThis.removeEventListener(type, listener))
}
