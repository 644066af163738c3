/** What a browser's page tells its scripts: Node has no such events. */
export interface PageDouble {
  isHidden: boolean
  /** Tells everybody who listens on the page. */
  fire(type: string, event?: object): void
  /** Listeners that are on the page. */
  readonly listeners: number
}

const globals = globalThis as {
  addEventListener?: unknown
  removeEventListener?: unknown
  document?: unknown
}

/** To be called once at the top of a file: there is a page for each of its tests. */
export function usePage(): PageDouble {
  const listeners = new Map<string, Set<(event: object) => void>>()
  const of = (type: string): Set<(event: object) => void> =>
    listeners.get(type) ?? listeners.set(type, new Set()).get(type)!
  const page = {
    isHidden: false,
    fire: (type: string, event: object = {}) => [...of(type)].forEach((listener) => listener(event)),
    get listeners() {
      return [...listeners.values()].reduce((sum, { size }) => sum + size, 0)
    },
  }
  beforeEach(() => {
    page.isHidden = false
    globals.addEventListener = (type: string, listener: () => void) => void of(type).add(listener)
    globals.removeEventListener = (type: string, listener: () => void) => void of(type).delete(listener)
    globals.document = {
      get visibilityState() {
        return page.isHidden ? 'hidden' : 'visible'
      },
    }
  })
  afterEach(() => {
    delete globals.addEventListener
    delete globals.removeEventListener
    delete globals.document
    listeners.clear()
  })
  return page
}
