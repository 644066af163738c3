import { navigate, route } from './router.js'
import { basePath } from './servers.js'

const key = `${basePath}way-back`

/** Shows the sign-in page, and remembers where the user was. */
export function goToSignIn(): void {
  if (/^(sign-in|callback)/.test(route())) return
  sessionStorage.setItem(key, route())
  navigate('sign-in', { replace: true })
}

/** Where the user was when the sign-in page came; undefined where there was nothing before it. */
export function wayBack(): string | undefined {
  return sessionStorage.getItem(key) ?? undefined
}

/** Goes back to where the user was. */
export function goBack(): void {
  const to = wayBack() ?? ''
  sessionStorage.removeItem(key)
  navigate(to, { replace: true })
}
