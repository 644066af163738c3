import type { QueryClient } from '@tanstack/react-query'
import { basePath } from '../servers.js'

const channelName = `${basePath}load`

/** Loads everything in this tab whenever any tab asks for it. */
export function listenToTabs(queries: QueryClient): void {
  new BroadcastChannel(channelName).addEventListener('message', () => void queries.invalidateQueries())
}

/** Loads everything in every tab at once, as it happens when a laptop wakes. */
export function loadInAllTabs(): void {
  // A channel does not hear itself, but this tab listens with another one.
  const channel = new BroadcastChannel(channelName)
  channel.postMessage('load')
  channel.close()
}
