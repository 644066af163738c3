import type { LoginRequiredError, RefreshConfigurationError, RefreshUnavailableError } from '../errors.js'
import type { Endpoints } from '../grant/endpoints.js'
import type { Flight } from './flight.js'
import type { RefreshReason } from '../grant/grant-options.js'
import type { Settings } from '../options.js'
import type { TokenSet } from '../tokens.js'
import type { Verdict } from '../grant/answer.js'

/** What a flight is made from. */
export interface FlightPlan {
  readonly reason: RefreshReason
  /** What it was started for: its result counts only while these are still current. */
  readonly generation: number
  readonly version: number
  /** What is left of a cool-down, in milliseconds; nothing is sent before. */
  readonly waitMs: number
  readonly settings: Settings
  readonly ground: Ground
  /** Whether others may have stored newer tokens: then the store is read before anything is sent. */
  readonly isShared: boolean
  /** Runs its callback alone among those who share the session. Absent for `acquire`: no lock, no deadline. */
  readonly lock?: ((signal: AbortSignal, callback: () => Promise<unknown>) => Promise<unknown>) | undefined
  /** Why the session ended, where `acquire` is the last resort before a login. */
  readonly ended?: LoginRequiredError | undefined
  /** Opens the vault, where there is one. Rejects where it stays closed: then nothing is sent. */
  readonly unlock?: (() => Promise<void>) | undefined
  /**
   * What is needed before each attempt, such as the endpoint's address. Resolves with why it cannot be had, or why
   * it would be pointless to ask: that is definite, since nothing was sent. Never rejects.
   */
  readonly prepare?: ((signal: AbortSignal) => Promise<Verdict | undefined> | Verdict | undefined) | undefined
  /** Asks for tokens once. Never rejects. */
  attempt(signal: AbortSignal): Promise<Verdict>
}

/** What a flight was given for its grant. It is remembered for this flight only: nobody is prompted twice for one. */
export interface Had {
  vaulted?: string | undefined
  /** Of the next attempt. */
  endpoints?: Endpoints | undefined
}

/** What a flight may do to the session. Nothing comes of a flight that is neither current nor late. */
export interface Ground {
  /**
   * From now on this flight is the only one: a late answer of the one before is given up, unless it is in hand;
   * then this resolves when that one is over.
   */
  beginAlone(): Promise<void> | undefined
  /** What may be shown of an error that the app's own pieces threw. */
  plain(cause: unknown): Error | undefined
  /** Adopts what others have stored. False where the store could not be read. */
  readAgain(limitMs: number): Promise<boolean>
  /** True while generation and token version are those that the flight was started for. */
  isCurrent(flight: Flight): boolean
  /** Stores the new tokens, then lets the waiters go on. `sentAt` is epoch milliseconds. */
  commit(flight: Flight, tokens: TokenSet, sentAt: number, limitMs: number): Promise<void>
  /**
   * The server said no: reads again and clears the store. Resolves with what is left to do when the lock is free:
   * to end the session, since the app's own hooks must not keep the lock from others.
   */
  end(flight: Flight, error: LoginRequiredError, limitMs: number): Promise<AfterLock>
  /** Keeps the tokens, tells the waiters and begins a cool-down. `isLate`: the answer may still come. */
  fail(flight: Flight, error: RefreshUnavailableError | RefreshConfigurationError, isLate?: boolean): void
}

/** What is done when the lock is free again, if anything. */
export type AfterLock = (() => void) | undefined | void
