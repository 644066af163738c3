/**
 * The core: a session, its stores, its errors. It knows no axios and no fetch wrapper; `tokenflight/axios` and
 * `tokenflight/fetch` re-export all of it.
 *
 * @packageDocumentation
 */
export { createSession, type Session } from './session/session.js'
export type { SessionSnapshot } from './session/core.js'
export type { RequestFacts, SessionEvent } from './session/events.js'
export type {
  Abortable,
  IsUnauthorized,
  Transport,
  TransportAnswer,
  TransportOptions,
  TransportRequest,
} from './session/transport.js'
export type { CommonOptions, RefreshBudget, SessionOptions, TokenSources } from './options.js'
export type { CamelCaseTokenResponse, OAuthTokenResponse, TokenResponse, TokenSet } from './tokens.js'
export type {
  Acquire,
  ClientAssertion,
  ClientAuthentication,
  OnStepUp,
  RefreshContext,
  RefreshFunction,
  RefreshReason,
  RefreshTokenGrant,
  RefreshTokenGrantOptions,
  TokenEndpointAddress,
  TokenEndpointAnswer,
  TokenEndpointOptions,
} from './grant/grant-options.js'
export {
  clientCredentials,
  type ClientCredentialsOptions,
  type ServiceOptions,
} from './grant/client-credentials.js'
export { memoryStore } from './store/memory.js'
export { storageStore, type KeyValueStorage } from './store/storage.js'
export type { StoredRecord } from './store/record.js'
export type { TokenStore } from './store/token-store.js'
export type { RefreshTokenVault } from './store/vault.js'
export type { RefreshLock } from './lock/refresh-lock.js'
export { getChallenges } from './http/get-challenges.js'
export type { Challenge } from './http/challenge.js'
export type { StepUpRequest } from './http/step-up.js'
export {
  BodyNotReplayableError,
  getSessionError,
  isBodyNotReplayable,
  isLoginRequired,
  isRefreshConfiguration,
  isRefreshUnavailable,
  isSessionChanged,
  isStepUpRequired,
  LoginRequiredError,
  RefreshConfigurationError,
  RefreshUnavailableError,
  SessionChangedError,
  SessionError,
  StepUpRequiredError,
  type AnySessionError,
  type LoginRequiredReason,
  type OAuthErrorAnswer,
  type RefreshUnavailableDetail,
  type RefreshUnavailableReason,
  type SessionErrorCode,
  type SessionErrorDetail,
} from './errors.js'
