import type { KeyValueStorage } from 'tokenflight'

/** One process's view of localStorage: a copy, which follows what other processes write when the test says so. */
export interface StorageProcess {
  /** As a page of this process has it. */
  readonly localStorage: KeyValueStorage
  /** The copy takes over what the others have written. */
  follow(): void
}

interface Disk {
  readonly items: Map<string, string>
}

/** Stands in for the browser's class: what is of it is a Web Storage. */
class StorageDouble implements KeyValueStorage {
  #items: Map<string, string>
  readonly #disk: Disk

  constructor(disk: Disk) {
    this.#disk = disk
    this.#items = new Map(disk.items)
  }

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null
  }

  setItem(key: string, value: string): void {
    for (const items of [this.#items, this.#disk.items]) items.set(key, value)
  }

  removeItem(key: string): void {
    for (const items of [this.#items, this.#disk.items]) items.delete(key)
  }

  follow(): void {
    this.#items = new Map(this.#disk.items)
  }
}

/** To be called once at the top of a file: `Storage` is there for each of its tests. */
export function useWebStorage(): { process(): StorageProcess } {
  let disk: Disk = { items: new Map() }
  const globals = globalThis as { Storage?: unknown }
  const before = Object.getOwnPropertyDescriptor(globals, 'Storage')
  beforeEach(() => {
    disk = { items: new Map() }
    Object.defineProperty(globals, 'Storage', { configurable: true, value: StorageDouble })
  })
  afterEach(() => {
    delete globals.Storage
    if (before) Object.defineProperty(globals, 'Storage', before)
  })
  return {
    process() {
      const localStorage = new StorageDouble(disk)
      return { localStorage, follow: () => localStorage.follow() }
    },
  }
}
