import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join, resolve } from 'node:path'
import { readBody, sendJson } from '../../servers/messages.js'
import type { Handler } from '../../servers/loopback-server.js'
import type { Api } from './api.js'
import type { AuthorizationServer, Origins } from './authorization-server.js'
import { isClientId, type ClientId, type Faults, type Lab } from './lab.js'

const root = resolve(__dirname, '..')

/** The app's pages and scripts, by their path. */
type Files = ReadonlyMap<string, { readonly content: string | Uint8Array; readonly type: string }>

/** Builds the three pages with Vite, in memory. */
export async function buildApp(): Promise<Files> {
  const { build } = await import('vite')
  const source = resolve(root, '../../src')
  const output = await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { alias: [{ find: /^tokenflight\/(.+)$/, replacement: join(source, '$1.ts') }] },
    build: {
      write: false,
      rolldownOptions: { input: ['', 'before', 'after'].map((page) => join(root, page, 'index.html')) },
    },
  })
  const chunks = [output].flat().flatMap((part) => ('output' in part ? part.output : []))
  return new Map(
    chunks.map((chunk) => [
      `/${chunk.fileName}`,
      { content: chunk.type === 'chunk' ? chunk.code : chunk.source, type: typeOf(chunk.fileName) },
    ]),
  )
}

function typeOf(fileName: string): string {
  const ending = fileName.slice(fileName.lastIndexOf('.') + 1)
  const types: Record<string, string> = { html: 'text/html', js: 'text/javascript', css: 'text/css' }
  return `${types[ending] ?? 'application/octet-stream'}; charset=utf-8`
}

/** What the page and the tests send along. */
type Fields = Partial<Faults> & {
  readonly path?: string
  readonly count?: number
  readonly seconds?: number
  readonly pace?: number
  readonly callId?: string
}

/** Serves the app, and takes what its visitor does to the servers. */
export class WebServer {
  readonly #files: Files
  readonly #origins: Origins
  readonly #lab: Lab
  readonly #auth: AuthorizationServer
  readonly #api: Api

  constructor(files: Files, origins: Origins, lab: Lab, auth: AuthorizationServer, api: Api) {
    this.#files = files
    this.#origins = origins
    this.#lab = lab
    this.#auth = auth
    this.#api = api
  }

  readonly handle: Handler = async (request, response) => {
    const url = new URL(request.url ?? '/', this.#origins.app)
    if (url.pathname.startsWith('/lab/')) return this.#handleLab(request, response, url)
    this.#serve(response, url.pathname)
  }

  /** Every path of a version that is no file is one of its routes, and gets its page. */
  #serve(response: ServerResponse, path: string): void {
    const version = /^\/(before|after)\//.exec(path)?.[1]
    const file = this.#files.get(path) ?? this.#files.get(version ? `/${version}/index.html` : '/index.html')
    if (!file || (!version && path !== '/' && !this.#files.has(path)))
      return void response.writeHead(404).end('Not here')
    const { content, type } = file
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' })
    response.end(
      type.startsWith('text/html')
        ? String(content).replace('{"servers":""}', this.#servers(version))
        : content,
    )
  }

  #servers(version = 'after'): string {
    const { auth, api } = this.#origins
    return JSON.stringify({
      issuer: auth,
      apiOrigin: api,
      clientId: `spa-${version}`,
      basePath: `/${version}/`,
    })
  }

  async #handleLab(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const clientId = url.searchParams.get('client')
    if (!isClientId(clientId)) return sendJson(response, { status: 400 })
    if (request.method === 'GET') {
      if (url.pathname === '/lab/events') return this.#stream(request, response, clientId)
      return sendJson(response, { status: 200, body: this.#state(clientId) })
    }
    const fields = JSON.parse((await readBody(request)) || '{}') as Fields
    const act = this.#acts[url.pathname]
    await act?.(clientId, fields)
    sendJson(response, act ? { status: 200, body: this.#state(clientId) } : { status: 404 })
  }

  /** What the page and the tests can do, by path. */
  readonly #acts: Readonly<Record<string, (clientId: ClientId, fields: Fields) => void | Promise<void>>> = {
    '/lab/faults': (_clientId, { outage, slow }) => this.#lab.set({ outage, slow }),
    '/lab/lifetime': (_clientId, { seconds = 20 }) => void (this.#lab.tokenLifetimeS = seconds),
    '/lab/pace': (_clientId, { pace = 1 }) => void (this.#lab.pace = pace),
    '/lab/kill': (clientId) => this.#auth.killAccessTokens(clientId),
    '/lab/revoke': (clientId) => this.#auth.revokeLogins(clientId),
    '/lab/given-up': (clientId, { callId = '' }) => this.#lab.tally(clientId).giveUp(callId),
    '/lab/reset': () => this.#lab.reset(),
    '/lab/hold': (_clientId, { path = '' }) => this.#lab.gate(path).hold(),
    '/lab/release': (_clientId, { path = '', count }) => this.#lab.gate(path).release(count),
  }

  /** Tells the page of every change as it happens (server-sent events). */
  async #stream(request: IncomingMessage, response: ServerResponse, clientId: ClientId): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    let isTold = true
    const tell = (): void => {
      isTold = true
      response.write(`data: ${JSON.stringify(this.#state(clientId))}\n\n`)
    }
    const stop = this.#lab.subscribe(() => {
      // Many changes in one turn are one message.
      if (isTold) setImmediate(tell)
      isTold = false
    })
    tell()
    await once(request.socket, 'close')
    stop()
  }

  #state(clientId: ClientId): object {
    const { counts, sights } = this.#lab.tally(clientId)
    const { orders, covers } = this.#api.shop
    const waiting = Object.fromEntries(this.#lab.waiting())
    return { counts, sights, faults: this.#lab.faults, orders: orders.length, covers: covers.length, waiting }
  }
}
