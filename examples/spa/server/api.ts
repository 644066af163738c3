import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { JWTPayload } from 'jose'
import { readFields, sendJson, type Answer } from '../../servers/messages.js'
import type { Handler } from '../../servers/loopback-server.js'
import type { AuthorizationServer, Origins } from './authorization-server.js'
import { isClientId, slowMs, type Lab } from './lab.js'
import { queueMs, Shop, workMs } from './shop.js'
import type { Tally } from './tally.js'

/** Says whose an access token is; rejects where it is not alive. */
type Verify = (accessToken: string) => Promise<JWTPayload>

interface Asked {
  readonly request: IncomingMessage
  readonly url: URL
  readonly body: Buffer
}

/** The shop's API: it believes tokens of the authorization server that are alive, and nothing else. */
export class Api {
  readonly shop = new Shop()
  readonly #origins: Origins
  readonly #auth: AuthorizationServer
  readonly #lab: Lab
  readonly #verify: Verify

  private constructor(origins: Origins, auth: AuthorizationServer, lab: Lab, verify: Verify) {
    this.#origins = origins
    this.#auth = auth
    this.#lab = lab
    this.#verify = verify
  }

  /** Reads the authorization server's keys, so that server has to answer already. */
  static async create(origins: Origins, auth: AuthorizationServer, lab: Lab): Promise<Api> {
    const { createRemoteJWKSet, jwtVerify } = await import('jose')
    const keys = createRemoteJWKSet(new URL('/jwks', origins.auth))
    await keys.reload()
    const expected = { issuer: origins.auth, audience: origins.api, typ: 'at+jwt', clockTolerance: 0 }
    return new Api(origins, auth, lab, async (token) => (await jwtVerify(token, keys, expected)).payload)
  }

  readonly handle: Handler = async (request, response) => {
    this.#allowOrigin(response)
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    const url = new URL(request.url ?? '/', this.#origins.api)
    const [clientId = '', callId = ''] = String(request.headers['x-request-id']).split('.')
    if (!isClientId(clientId)) return sendJson(response, { status: 400 })
    const tally = this.#lab.tally(clientId)
    tally.arrived()
    const body = await readBytes(request)
    // The token is looked at when it is this request's turn: one that waited long may be refused late.
    await this.#lab.gate(url.pathname).pass()
    await pause(queueMs(url.pathname) * this.#lab.pace + (this.#lab.faults.slow ? slowMs : 0))
    if (response.destroyed) return
    const answer = await this.#answer({ request, url, body }, tally, callId)
    if (answer.status === 200) await pause(workMs(url.pathname) * this.#lab.pace)
    sendJson(response, answer)
  }

  async #answer(asked: Asked, tally: Tally, callId: string): Promise<Answer> {
    const user = await this.#userOf(asked.request)
    if (!user) {
      tally.refuse()
      return { status: 401, headers: { 'www-authenticate': 'Bearer realm="shop", error="invalid_token"' } }
    }
    const body = await this.#do(asked, user)
    if (!body) return { status: 404 }
    tally.done(callId)
    return { status: 200, headers: { 'cache-control': 'no-store' }, body }
  }

  async #userOf({ headers }: IncomingMessage): Promise<string | undefined> {
    const token = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1]
    if (!token) return undefined
    const { jti, sub } = await this.#verify(token).catch((): JWTPayload => ({}))
    return this.#auth.isDead(jti) ? undefined : sub
  }

  async #do({ request, url, body }: Asked, user: string): Promise<object | undefined> {
    const { shop } = this
    const type = request.headers['content-type'] ?? ''
    const [, kind, name = ''] = url.pathname.split('/')
    switch (`${request.method} ${kind}`) {
      case 'GET me':
        return { name: user }
      case 'GET widgets':
        return shop.widget(name)
      case 'GET report':
        return shop.report(Number(url.searchParams.get('quarter')))
      case 'POST orders': {
        const { title = '', copies = '1', note = '' } = readFields(String(body), type)
        return shop.order({ title, copies: Number(copies), note })
      }
      case 'POST covers':
        return this.#keep(await coverOf(body, type))
      default:
        return undefined
    }
  }

  #keep(file: File): object {
    const cover = { name: file.name, bytes: file.size }
    this.shop.covers.push(cover)
    return cover
  }

  #allowOrigin(response: ServerResponse): void {
    response.setHeader('access-control-allow-origin', this.#origins.app)
    response.setHeader('access-control-allow-headers', 'authorization, content-type, x-request-id')
    response.setHeader('access-control-expose-headers', 'www-authenticate')
    response.setHeader('access-control-max-age', '600')
  }
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** The file of a multipart form, read by Node's own parser. */
async function coverOf(body: Buffer, type: string): Promise<File> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  const file = form.get('cover')
  if (!(file instanceof File)) throw new Error('Expected a file named `cover`')
  return file
}
