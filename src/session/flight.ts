import type { RefreshReason } from '../grant/grant-options.js'
import type { RefreshUnavailableError, LoginRequiredError, RefreshConfigurationError } from '../errors.js'
import type { TokenSet } from '../tokens.js'

/** One renewal on its way: a {@link GrantFlight} or an {@link Acquisition}. The state holds at most one. */
export interface Flight {
  readonly reason: RefreshReason
  /** What it was started for: its result counts only while these are still current. */
  readonly generation: number
  readonly version: number
  /** What the app's own functions pass on; requests that carry it are left alone. */
  readonly signal: AbortSignal
  /** True while it waits for the end of a cool-down: nothing is on the wire. */
  readonly isWaiting: boolean
  start(): void
  /** Someone waits for it: the process is kept alive until its deadline. */
  hold(): void
  /** Ends its wait for the cool-down. */
  hurry(): void
  /** No state knows it any more: unless it has its answer, its signal aborts and its lock is free. */
  leave(): void
}

/** Why a grant did not bring tokens, and the session is kept. */
export type FlightFailure = RefreshUnavailableError | RefreshConfigurationError

/** Tokens as a grant brought them, and when it was sent, in epoch milliseconds. */
export interface Granted {
  readonly tokens: TokenSet
  readonly sentAt: number
}

/** What a flight may do to the session. Each call has no effect where the flight is not current any more. */
export interface Ground {
  /** Adopts what others have stored. False where the store could not be read. */
  readAgain(limitMs: number): Promise<boolean>
  /** True while generation and token version are those that the flight was started for. */
  isCurrent(flight: Flight): boolean
  /** Stores the new tokens, then lets the waiters go on. */
  commit(flight: Flight, granted: Granted, limitMs: number): Promise<void>
  /** The server said no: reads again, clears the store, and ends the session. */
  end(flight: Flight, error: LoginRequiredError, limitMs: number): Promise<void>
  /** Keeps the tokens, tells the waiters and begins a cool-down. `isLate`: the answer may still come. */
  fail(flight: Flight, error: FlightFailure, isLate?: boolean): void
}
