/** React Native as far as a session meets it: written after its own sources, since its engine does not run here. */

const theFetch = globalThis.fetch
const TheAbortController = globalThis.AbortController

/** Its URL joins where others resolve, and knows no origin. */
class JoiningUrl {
  readonly #url: string

  constructor(url: string, base?: string | JoiningUrl) {
    if (!base && !/^[a-z][a-z\d+.-]*:/i.test(url)) throw new TypeError(`Invalid URL: ${url}`)
    const path = url.startsWith('/') ? url : `/${url}`
    this.#url = base ? `${String(base).replace(/\/$/, '')}${path}` : url
  }

  get href(): string {
    return this.#url
  }

  get origin(): string {
    throw new Error('URL.origin is not implemented')
  }

  get protocol(): string {
    throw new Error('URL.protocol is not implemented')
  }

  toString(): string {
    return this.#url
  }
}

/** Its headers are a polyfill's: a list by lower-case name. */
class PlainHeaders {
  readonly map: Record<string, string> = {}

  constructor(init?: PlainHeaders | [string, string][] | Record<string, string>) {
    const pairs = init instanceof PlainHeaders ? Object.entries(init.map) : entriesOf(init)
    for (const [name, value] of pairs) this.set(name, value)
  }

  set(name: string, value: string): void {
    this.map[name.toLowerCase()] = String(value)
  }

  get(name: string): string | null {
    return this.map[name.toLowerCase()] ?? null
  }

  delete(name: string): void {
    delete this.map[name.toLowerCase()]
  }
}

function entriesOf(init: [string, string][] | Record<string, string> = {}): [string, string][] {
  return Array.isArray(init) ? init : Object.entries(init)
}

/** Its Request has a body that can be taken once, and no stream of it. */
class PlainRequest {
  readonly url: string
  readonly method: string
  readonly headers: PlainHeaders
  readonly signal: AbortSignal | undefined
  bodyUsed = false
  readonly kept: string | undefined

  constructor(input: string | PlainRequest, init: RequestInit = {}) {
    const from: Partial<PlainRequest> = typeof input === 'string' ? { url: input } : input
    if (from.bodyUsed) throw new TypeError('Already read')
    const { url = '', method = 'GET', signal, kept, headers } = from
    this.url = url
    this.method = init.method ?? method
    this.headers = new PlainHeaders((init.headers as Record<string, string> | undefined) ?? headers)
    this.signal = init.signal ?? signal
    this.kept = (init.body as string | undefined) ?? kept
    if (kept !== undefined && init.body === undefined) from.bodyUsed = true
  }

  clone(): PlainRequest {
    return new PlainRequest(this, { body: this.kept ?? null })
  }
}

/** Its answers have no stream either, and are cloned by value. */
function plainResponse(source: Response, text: string): object {
  const { status, ok, url } = source
  return {
    ...{ status, ok, url, headers: new PlainHeaders([...source.headers] as [string, string][]) },
    text: async () => text,
    json: async () => JSON.parse(text) as unknown,
    clone: () => plainResponse(source, text),
  }
}

async function plainFetch(input: string | PlainRequest, init?: RequestInit): Promise<object> {
  const { url, method, headers, kept, signal } = new PlainRequest(input, init)
  if (signal?.aborted) throw aborted()
  const outcome = await theFetch(url, { method, headers: headers.map, ...(kept && { body: kept }) })
  return plainResponse(outcome, await outcome.text())
}

function aborted(): Error {
  return Object.assign(new Error('Aborted'), { name: 'AbortError' })
}

/** Its signals are a polyfill's: they know that they aborted, and not why. */
class PlainAbortController {
  readonly #controller = new TheAbortController()
  readonly signal = withoutReason(this.#controller.signal)

  abort(): void {
    this.#controller.abort()
  }
}

function withoutReason(signal: AbortSignal): object {
  return {
    get aborted() {
      return signal.aborted
    },
    addEventListener: (type: 'abort', listener: () => void) => signal.addEventListener(type, listener),
    removeEventListener: (type: 'abort', listener: () => void) => signal.removeEventListener(type, listener),
  }
}

/** What it does not have, or had not for long. */
const missing = [
  ...['AbortSignal', 'BroadcastChannel', 'Blob', 'CompressionStream', 'DOMException', 'Event', 'EventTarget'],
  ...['FormData', 'MessageChannel', 'ReadableStream', 'TextDecoder', 'TextEncoder', 'WritableStream'],
  ...['addEventListener', 'atob', 'btoa', 'crypto', 'document', 'location', 'navigator', 'structuredClone'],
]

/** Makes of this test file's world that of React Native. There is no way back, so it has a file of its own. */
export function becomeReactNative(): void {
  const world = globalThis as unknown as Record<string, unknown>
  for (const name of missing) delete world[name]
  Object.assign(world, {
    AbortController: PlainAbortController,
    Headers: PlainHeaders,
    Request: PlainRequest,
    Response: undefined,
    URL: JoiningUrl,
    fetch: plainFetch,
  })
}
