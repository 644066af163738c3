import type { AuthorizationServerOptions } from '../../../examples/servers/authorization-server.js'
import type { Engine } from '../engines/engine.js'
import type { World } from './world.js'

/** One fact that holds in every browser. */
export interface Case {
  /** The fact, with the behaviour's number. */
  readonly title: string
  /** What is special about the authorization server. */
  readonly server?: AuthorizationServerOptions
  /** The engines that have what it takes. Default: all. */
  readonly engines?: readonly Engine['name'][]
  /**
   * True: no other case may run beside it, since it counts processes, needs the tab that is
   * shown, or sets cookies, which know no ports.
   */
  readonly isAlone?: boolean
  /** The problems that the sessions may report; any other fails the case. Default: none. */
  readonly problems?: RegExp
  readonly run: (world: World) => Promise<void>
}
