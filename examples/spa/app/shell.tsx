import { useQuery } from '@tanstack/react-query'
import type { MouseEvent, ReactNode } from 'react'
import { useSession } from './auth.js'
import { ask } from './calls.js'
import { Lab } from './lab/lab.js'
import { CoverPage } from './pages/cover.js'
import { Dashboard } from './pages/dashboard.js'
import { OrderPage } from './pages/order.js'
import { ReportPage } from './pages/report.js'
import { SignInPage } from './pages/sign-in.js'
import { navigate, useRoute } from './router.js'
import { basePath, version } from './servers.js'
import { goToSignIn } from './way-back.js'

const pages: Readonly<Record<string, () => ReactNode>> = {
  '': Dashboard,
  order: OrderPage,
  cover: CoverPage,
  report: ReportPage,
}

/** Head, page and laboratory. */
export function Shell() {
  const [name = ''] = useRoute().split('?')
  const Page = pages[name]
  return (
    <div className="app">
      <header className="head">
        <a className="brand" href="/">
          <Lamp /> Lamplight Books
        </a>
        <VersionSwitch />
        {Page && <User />}
      </header>
      {Page && <Navigation current={name} />}
      <main className="page">{Page ? <Page /> : <SignInPage />}</main>
      <Lab />
    </div>
  )
}

function VersionSwitch() {
  return (
    <nav className="switch" aria-label="Version of the app">
      {(['before', 'after'] as const).map((name) => (
        <a key={name} href={`/${name}/`} aria-current={name === version ? 'true' : undefined}>
          {name === 'before' ? 'Before' : 'After'}
        </a>
      ))}
    </nav>
  )
}

function Navigation({ current }: { readonly current: string }) {
  const links = { '': 'Today', order: 'Order', cover: 'Upload', report: 'Report' }
  return (
    <nav className="tabs" aria-label="Pages">
      {Object.entries(links).map(([to, label]) => (
        <a
          key={to}
          href={basePath + to}
          aria-current={to === current ? 'page' : undefined}
          onClick={(event) => follow(event, to)}
        >
          {label}
        </a>
      ))}
    </nav>
  )
}

function User() {
  const { api, signOut } = useSession()
  const { data } = useQuery({
    queryKey: ['me'],
    queryFn: () => ask((call) => api.get<{ name: string }>('/me', call)),
  })
  const leave = async (): Promise<void> => {
    await signOut()
    goToSignIn()
  }
  return (
    <div className="user">
      <span className="user-name">{data?.name}</span>
      <button className="button quiet" onClick={() => void leave()}>
        Sign out
      </button>
    </div>
  )
}

/** A plain click stays in the page; a new tab or window is the browser's. */
function follow(event: MouseEvent, to: string): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return
  event.preventDefault()
  navigate(to)
}

function Lamp() {
  return (
    <svg className="lamp" viewBox="0 0 24 24" aria-hidden="true">
      <path className="glow" d="M12 10 2 22h20Z" />
      <path d="M9 3h6l3 8H6Zm2 8h2v7h-2Zm-3 7h8v2H8Z" />
    </svg>
  )
}
