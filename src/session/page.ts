/**
 * Listens to what browsers tell a page: the network is back, it is shown again, it comes out of the back/forward
 * cache. Elsewhere nothing tells. Returns the way to stop.
 */
export function listenToPage(listeners: Readonly<Record<string, () => void>>): () => void {
  const page: Partial<Pick<typeof globalThis, 'addEventListener' | 'removeEventListener'>> = globalThis
  const entries = Object.entries(listeners)
  for (const entry of entries) page.addEventListener?.(...entry)
  return () => entries.forEach((entry) => page.removeEventListener?.(...entry))
}
