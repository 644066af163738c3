import type { Adapter, AdapterFactory, AdapterPayload, ClientMetadata } from 'oidc-provider'

/**
 * Where one oidc-provider keeps its clients and everything that it has issued; the package's own is shared by all of
 * a process.
 */
export function memoryAdapter(clients: readonly ClientMetadata[]): AdapterFactory {
  const records = new Map<string, AdapterPayload>()
  for (const client of clients) records.set(`Client:${client.client_id}`, client)
  return (model) => new MemoryAdapter(model, records)
}

/** One kind of record. What has expired is left where it is: the provider looks at its `exp` itself. */
class MemoryAdapter implements Adapter {
  readonly #model: string
  readonly #records: Map<string, AdapterPayload>

  constructor(model: string, records: Map<string, AdapterPayload>) {
    this.#model = model
    this.#records = records
  }

  async upsert(id: string, payload: AdapterPayload): Promise<void> {
    this.#records.set(this.#key(id), payload)
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.#records.get(this.#key(id))
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#own().find(([, payload]) => payload.uid === uid)?.[1]
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.#own().find(([, payload]) => payload.userCode === userCode)?.[1]
  }

  async consume(id: string): Promise<void> {
    const payload = this.#records.get(this.#key(id))
    if (payload) payload.consumed = Math.floor(Date.now() / 1000)
  }

  async destroy(id: string): Promise<void> {
    this.#records.delete(this.#key(id))
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [key, payload] of this.#own()) if (payload.grantId === grantId) this.#records.delete(key)
  }

  #own(): [string, AdapterPayload][] {
    return [...this.#records].filter(([key]) => key.startsWith(`${this.#model}:`))
  }

  #key(id: string): string {
    return `${this.#model}:${id}`
  }
}
