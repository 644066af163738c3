import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AuthorizationServerOptions } from '../../../examples/servers/authorization-server.js'
import { LoopbackServer } from '../../../examples/servers/loopback-server.js'
import { startServers, type Servers } from '../../../examples/servers/start-servers.js'
import type { TabConfig } from '../page/tab-state.js'
import { forward, relay } from './forward.js'
import { GrantGateway } from './grant-gateway.js'

/** One app on one origin: its page, its API under /api, its authorization server. Each site is an origin of its own. */
export class Site {
  readonly grants = new GrantGateway()
  readonly #front = new LoopbackServer((request, response) => this.#handle(request, response))
  readonly #servers: Servers
  readonly #script: string

  private constructor(servers: Servers, script: string) {
    this.#servers = servers
    this.#script = script
  }

  /** `script` is what the page runs. */
  static async start(script: string, options: AuthorizationServerOptions = {}): Promise<Site> {
    const site = new Site(await startServers(options), script)
    await site.#front.start()
    return site
  }

  get auth(): Servers['auth'] {
    return this.#servers.auth
  }

  get api(): Servers['api'] {
    return this.#servers.api
  }

  async close(): Promise<void> {
    await this.#front.close()
    await this.#servers.close()
  }

  /** The address of a page. */
  address(config: TabConfig): string {
    return `${this.#front.origin}/?config=${encodeURIComponent(JSON.stringify(config))}`
  }

  /** An address of this origin where no session is. */
  get elsewhere(): string {
    return `${this.#front.origin}/elsewhere`
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.#front.origin)
    if (pathname === '/token') return this.grants.pass(request, response, new URL(this.auth.tokenEndpoint))
    if (pathname === '/login') return hand(request, response, new URL('/login', this.auth.origin))
    if (pathname.startsWith('/api/'))
      return hand(request, response, new URL(pathname.slice('/api'.length), this.api.origin))
    if (pathname === '/') return sendText(response, 'text/html', pageFor(searchParams.get('config')))
    if (pathname === '/tab.js') return sendText(response, 'text/javascript', this.#script)
    return sendText(response, 'text/html', '<!doctype html><title>elsewhere</title>')
  }
}

async function hand(request: IncomingMessage, response: ServerResponse, target: URL): Promise<void> {
  relay(await forward(request, target), response)
}

function sendText(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(text)
}

/** What takes the locks away runs before anything of the package does. */
function pageFor(config: string | null): string {
  const { hasLocks = true } = JSON.parse(config ?? '{}') as Partial<TabConfig>
  const withoutLocks = hasLocks ? '' : '<script>delete Navigator.prototype.locks</script>'
  return `<!doctype html><title>tab</title><link rel="icon" href="data:,">${withoutLocks}<script src="/tab.js"></script>`
}
