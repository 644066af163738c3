import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { resolve } from 'node:path'
import { build } from 'esbuild'
import { LoopbackServer } from '../../../examples/servers/loopback-server.js'
import { startServers, type Servers } from '../../../examples/servers/start-servers.js'

const root = resolve(__dirname, '../../..')

/** A page with its API under /api and its authorization server under /auth, all on one origin. */
export interface Site extends Servers {
  readonly origin: string
}

/** Starts the site on free ports. `lifetimeMs`: of its access tokens; `script`: of its page, where it was built before. */
export async function startSite({
  lifetimeMs = 3_600_000,
  latencyMs = 30,
  script: built,
}: {
  lifetimeMs?: number
  latencyMs?: number
  script?: string
} = {}): Promise<Site> {
  const servers = await startServers({ latencyMs, accessTokenLifetimeMs: lifetimeMs })
  const script = built ?? (await buildScript())
  const behind: Readonly<Record<string, string>> = {
    '/api': servers.api.origin,
    '/auth': servers.auth.origin,
  }
  const server = await new LoopbackServer(async (request, response) => {
    const [, prefix = '', path = ''] = /^(\/\w+)(.*)$/.exec(request.url ?? '') ?? []
    const target = behind[prefix]
    if (target) return pass(request, response, `${target}${path}`)
    if (request.url === '/app.js') return send(response, 'text/javascript', script)
    send(response, 'text/html', page)
  }).start()
  return {
    ...servers,
    origin: server.origin,
    async close() {
      await Promise.all([server.close(), servers.close()])
    },
  }
}

/** As strict as a page's policy gets: no inline style or script. */
const policy = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src data:"

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>An app</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"></head>
<body><main><h1>An app</h1></main><script src="/app.js"></script></body></html>`

function send(response: ServerResponse, type: string, body: string): void {
  response
    .writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': policy })
    .end(body)
}

async function pass(request: IncomingMessage, response: ServerResponse, target: string): Promise<void> {
  const { method, headers } = request
  await new Promise<void>((done) => {
    const outgoing = ask(target, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
      answer.on('close', done)
    })
    outgoing.on('error', () => (response.destroy(), done()))
    request.pipe(outgoing)
  })
}

/** Builds the page's script. */
export async function buildScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [resolve(__dirname, '../page/app.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    alias: Object.fromEntries(
      ['axios', 'fetch', 'devtools'].map((entry) => [
        `tokenflight/${entry}`,
        resolve(root, `src/${entry}.ts`),
      ]),
    ),
  })
  return outputFiles[0]?.text ?? ''
}
