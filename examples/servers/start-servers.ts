import { ApiServer } from './api-server.js'
import { AuthorizationServer, type AuthorizationServerOptions } from './authorization-server.js'

/** An authorization server and an API that believes it. */
export interface Servers {
  readonly auth: AuthorizationServer
  readonly api: ApiServer
  close(): Promise<void>
}

/** Starts both on free ports of loopback. */
export async function startServers(
  options: AuthorizationServerOptions & { readonly latencyMs?: number } = {},
): Promise<Servers> {
  const { latencyMs = 0, ...authOptions } = options
  const auth = await new AuthorizationServer(authOptions).start()
  const api = await new ApiServer({ introspect: (token) => auth.introspect(token), latencyMs }).start()
  return {
    auth,
    api,
    async close() {
      await Promise.all([auth.close(), api.close()])
    },
  }
}
