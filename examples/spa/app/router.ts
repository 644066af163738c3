import { useSyncExternalStore } from 'react'
import { basePath } from './servers.js'

const moved = 'moved'

/** The route: path and query below the app's base, `report?quarter=2` for example, `` for the dashboard. */
export function route(): string {
  const { pathname, search } = location
  return pathname.slice(basePath.length) + search
}

/** Goes to a route without loading the page. */
export function navigate(to: string, { replace = false } = {}): void {
  const address = basePath + to
  if (replace) history.replaceState(null, '', address)
  else history.pushState(null, '', address)
  dispatchEvent(new Event(moved))
}

/** The route, and the page's next rendering when it changes. */
export function useRoute(): string {
  return useSyncExternalStore(subscribe, route)
}

function subscribe(listener: () => void): () => void {
  addEventListener(moved, listener)
  addEventListener('popstate', listener)
  return () => {
    removeEventListener(moved, listener)
    removeEventListener('popstate', listener)
  }
}
