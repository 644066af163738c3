import type { OidcServerOptions } from './configuration.js'
import { Front } from './front.js'
import { OidcServer } from './oidc-server.js'
import { ResourceServer, type Requirement } from './resource-server.js'
import { introspecting, readingJwts } from './token-verification.js'

/** An authorization server, the proxy in front of it, and an API that believes it. */
export interface OidcServers {
  readonly server: OidcServer
  /** Its origin is the issuer. */
  readonly front: Front
  readonly api: ResourceServer
  readonly issuer: string
  close(): Promise<void>
}

/** What can be chosen. */
export type OidcServersOptions = OidcServerOptions & {
  /** What a path of the API wants of a token besides its being alive. */
  readonly requirements?: Readonly<Record<string, Requirement>>
}

/** Starts all three on free ports of loopback. */
export async function startOidcServers(options: OidcServersOptions = {}): Promise<OidcServers> {
  const server = await new OidcServer().start()
  const front = await new Front(server.origin).start()
  const issuer = front.origin
  await server.serve(issuer, options)
  const verify = options.accessTokens === 'jwt' ? readingJwts(issuer) : introspecting(issuer, server.origin)
  const api = await new ResourceServer(verify, options.requirements).start()
  return {
    server,
    front,
    api,
    issuer,
    async close() {
      await Promise.all([api.close(), front.close()])
      await server.close()
    },
  }
}
