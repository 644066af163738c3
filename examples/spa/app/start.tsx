import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { SessionContext, type AppSession } from './auth.js'
import { completeSignIn } from './code-flow.js'
import { listenToTabs } from './lab/all-tabs.js'
import { navigate, route } from './router.js'
import { Shell } from './shell.js'
import { goBack, goToSignIn } from './way-back.js'

/** Starts the app with one of the two sessions. */
export async function start(session: AppSession): Promise<void> {
  // What fails is shown as it failed: a retry of the query library would hide it.
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } })
  await arrive(session)
  listenToTabs(queries)
  document.addEventListener('visibilitychange', () => void requireSignIn(session))
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <SessionContext value={session}>
          <Shell />
        </SessionContext>
      </QueryClientProvider>
    </StrictMode>,
  )
}

/** The user comes back from the authorization server, or opens the app. */
async function arrive(session: AppSession): Promise<void> {
  if (!route().startsWith('callback')) return requireSignIn(session)
  try {
    await session.signIn(await completeSignIn())
    goBack()
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'Try again.'
    navigate(`sign-in?${new URLSearchParams({ problem })}`, { replace: true })
  }
}

/** Another tab may have signed out meanwhile. */
async function requireSignIn(session: AppSession): Promise<void> {
  if (!(await session.isSignedIn())) goToSignIn()
}
