import type { PlaceOptions } from './place.js'

/** What a world is like; drawn with each program. */
export interface WorldOptions extends PlaceOptions {
  /** How many pages are open at first. */
  readonly tabs: number
  /** 'prompt': the package's own lock within a process. 'slow': the program says when it is handed on. */
  readonly lock: 'prompt' | 'slow'
  readonly acquires: boolean
  /** How long the server forgives a spent refresh token; the session is told. */
  readonly rotationGraceMs: number
  /** How long an access token lives, in seconds. */
  readonly expiresIn: number | undefined
  /** Whether the server acts on a grant that the session calls off. */
  readonly actsOnLeft: boolean
}

/** One tab, and an outside that hides nothing; most worlds are told by what differs from it. */
export const plain: WorldOptions = {
  tabs: 1,
  isShared: false,
  store: 'prompt',
  notices: 'prompt',
  lock: 'prompt',
  acquires: false,
  rotationGraceMs: 0,
  expiresIn: 3600,
  actsOnLeft: false,
}
