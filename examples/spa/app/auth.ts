import type { AxiosInstance } from 'axios'
import { createContext, use } from 'react'

/** What the token endpoint answers to an authorization code (OpenID Connect Core §3.1.3.3). */
export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token: string
  readonly expires_in: number
}

/** What the app needs of a session; `before/session.ts` and `after/session.ts` are the two ways to have it. */
export interface AppSession {
  readonly api: AxiosInstance
  signIn(tokens: Tokens): void | Promise<void>
  signOut(): void | Promise<void>
  isSignedIn(): boolean | Promise<boolean>
}

/** The session of this page. */
export const SessionContext = createContext<AppSession | undefined>(undefined)

/** The session of this page. */
export function useSession(): AppSession {
  const session = use(SessionContext)
  if (!session) throw new Error('Expected a SessionContext around this component')
  return session
}
