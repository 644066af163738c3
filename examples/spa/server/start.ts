import { LoopbackServer, type Handler } from '../../servers/loopback-server.js'
import { Api } from './api.js'
import { AuthorizationServer, type Origins } from './authorization-server.js'
import { Lab } from './lab.js'
import { buildApp, WebServer } from './web-server.js'

/** The whole demonstration, running. */
export interface Demonstration {
  /** Where the app is. */
  readonly address: string
  close(): Promise<void>
}

/** Builds the app and starts its three servers on free ports of loopback. */
export async function startDemonstration(): Promise<Demonstration> {
  // The authorization server must know all three addresses, so the ports come first and the handlers later.
  const auth = new LateServer()
  const api = new LateServer()
  const app = new LateServer()
  const servers = [auth, api, app]
  await Promise.all(servers.map((server) => server.start()))
  const origins: Origins = { auth: auth.origin, api: api.origin, app: app.origin }
  const lab = new Lab()
  const [files, authorization] = await Promise.all([buildApp(), AuthorizationServer.create(origins, lab)])
  auth.handleWith(authorization.handle)
  const shop = await Api.create(origins, authorization, lab)
  api.handleWith(shop.handle)
  app.handleWith(new WebServer(files, origins, lab, authorization, shop).handle)
  return {
    address: `${app.origin}/`,
    async close() {
      lab.reset()
      await Promise.all(servers.map((server) => server.close()))
    },
  }
}

/** A server that has its port before it can answer; who comes too early waits. */
class LateServer extends LoopbackServer {
  readonly handleWith: (handler: Handler) => void

  constructor() {
    let resolve!: (handler: Handler) => void
    const promise = new Promise<Handler>((settle) => (resolve = settle))
    super(async (request, response) => (await promise)(request, response))
    this.handleWith = resolve
  }
}
