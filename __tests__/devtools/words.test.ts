/** Each kind of event and each reason of a grant has words: a new one without any does not compile, or fails here. */
import type { AxiosRequestConfig } from 'axios'
import type { RefreshFunction, SessionEvent } from 'tokenflight/axios'
import { explain, logSession } from 'tokenflight/devtools'
import { deferred } from '../support/deferred.js'
import { pass, turn, useFakeClock } from '../support/fake-clock.js'
import { sharedPlace } from '../support/shared-store.js'
import { tokens } from '../support/token-endpoint-double.js'
import { useBench, type Bench, type BenchOptions } from '../support/bench.js'

const { bench } = useBench()
useFakeClock()

type Reason = Parameters<RefreshFunction>[1]['reason']

interface Case {
  readonly options?: () => BenchOptions
  arrange(bench: Bench): Promise<unknown>
  /** The last line, without the time of day. */
  readonly says: string
}

const hour = { expires_in: 3600 }
const login = (made: Bench): Promise<void> => made.session.login(tokens(1, hour))
const get =
  (config: AxiosRequestConfig = {}) =>
  ({ http }: Bench): Promise<unknown> =>
    http.get('/me', config).catch(() => {})
const inTurn =
  (...steps: readonly ((made: Bench) => unknown)[]) =>
  async (made: Bench): Promise<void> => {
    for (const step of steps) await step(made)
  }
const refused = ({ api }: Bench): void => void api.dead.add('access-1')
const endpoint =
  (status: number, error: string) =>
  (made: Bench): void =>
    made.endpoint.always({ status, body: { error } })
const challenge = (words: string) => (made: Bench) => {
  const { answer } = made.api
  made.api.answer = (request) =>
    request.authorization === 'Bearer better-1'
      ? answer(request)
      : { status: 403, headers: { 'www-authenticate': `Bearer ${words}` } }
}
const scope = challenge('error="insufficient_scope", scope="admin"')
const better = { access_token: 'better-1', refresh_token: 'better-refresh', ...hour }

/** Another tab of the login of the bench. */
function otherTab(made: Bench): Bench {
  return bench({ store: (places.get(made.store) as ReturnType<typeof sharedPlace>).open({ hears: true }) })
}
const places = new WeakMap<object, ReturnType<typeof sharedPlace>>()
const shared = (): BenchOptions => {
  const place = sharedPlace()
  const store = place.open({ hears: true })
  places.set(store, place)
  return { store }
}
const inOtherTab =
  (act: (tab: Bench) => unknown) =>
  async (made: Bench): Promise<void> => {
    await act(otherTab(made))
    await turn()
  }

const over = 'Sign in again and call session.login().'
const refusal = `The server refused to renew the session (HTTP 400, invalid_grant). ${over}`
const answered = 'request 1      GET /me'

/** `left`, which no event tells, is further below. */
const events: Readonly<Record<SessionEvent['type'], Case>> = {
  login: { arrange: login, says: 'login          generation 1' },
  logout: {
    arrange: inTurn(login, ({ session }) => session.logout()),
    says: 'logout         generation 2',
  },
  adopted: {
    options: shared,
    arrange: inTurn(
      login,
      inOtherTab(({ session }) => session.refresh()),
    ),
    says: 'adopted        token version 2, from another tab or session',
  },
  grant: {
    arrange: inTurn(login, (made) => {
      made.endpoint.always('never')
      void made.session.refresh().catch(() => {})
      return made.endpoint.reached(1)
    }),
    says: 'grant          session.refresh() asked for it',
  },
  granted: {
    arrange: inTurn(login, ({ session }) => session.refresh()),
    says: 'granted        new tokens after 0 ms, good for 1 h 0 min; 0 requests go on',
  },
  grantFailed: {
    arrange: inTurn(login, endpoint(500, 'server_error'), ({ session }) => session.refresh().catch(() => {})),
    says: 'grant failed   The token was not renewed: the token endpoint cannot answer now (HTTP 500, server_error). The session is kept; try again later.',
  },
  loginRequired: {
    options: shared,
    arrange: inTurn(
      login,
      inOtherTab((tab) => {
        endpoint(400, 'invalid_grant')(tab)
        return tab.session.refresh().catch(() => {})
      }),
    ),
    says: `session over   The server refused to renew the session. ${over}`,
  },
  stepUp: {
    arrange: inTurn(login, scope, get()),
    says: 'step-up        GET /me: the API asks for a better token: scope "admin"',
  },
  held: {
    options: () => ({ store: { get: () => new Promise(() => {}), set: () => {}, clear: () => {} } }),
    arrange: (made) => (void get()(made), turn()),
    says: `${answered} is held, the first of those that wait`,
  },
  sent: { arrange: inTurn(login, get()), says: `${answered} was sent and answered 200 after 0 ms.` },
  unauthorized: {
    arrange: inTurn(login, refused, endpoint(500, 'x'), get()),
    says: `${answered} was refused, held 0 ms for a renewal, then rejected: no token could be had for now.`,
  },
  replayed: {
    arrange: inTurn(login, refused, get()),
    says: `${answered} was refused, held 0 ms for a renewal, then sent again and answered 200.`,
  },
  settled: {
    arrange: inTurn(login, get({ timeout: 1, adapter: () => Promise.reject(new Error('down')) })),
    says: `${answered} was sent and got no answer.`,
  },
  problem: {
    arrange: inTurn(login, (made) => {
      made.http.defaults.headers.common['Authorization'] = 'Basic b2xk'
      return get()(made)
    }),
    says: 'problem        The session replaces the default Authorization header: remove it from axios.defaults or axios.create().',
  },
}

/** What is written of a bench from now on. */
function logged({ session }: Bench) {
  const lines: string[] = []
  const stop = logSession(session, (line) => void lines.push(line.slice(14)))
  return { lines, stop }
}

/** Each reason for which tokens are asked for. */
const reasons: Readonly<Record<Reason, Case>> = {
  expired: {
    arrange: inTurn(login, () => pass(3_600_000), get()),
    says: 'grant          the token is at its end',
  },
  ahead: {
    arrange: inTurn(login, () => pass(3_570_000), get()),
    says: 'grant          the token nears its end',
  },
  unauthorized: { arrange: inTurn(login, refused, get()), says: 'grant          a 401 refused the token' },
  refreshWhen: {
    options: () => ({ refreshWhen: ({ accessToken }) => accessToken === 'access-1' }),
    arrange: inTurn(login, get()),
    says: 'grant          refreshWhen asked for it',
  },
  requested: {
    arrange: inTurn(login, ({ session }) => session.refresh()),
    says: 'grant          session.refresh() asked for it',
  },
  first: {
    options: () => ({ refresh: undefined, acquire: async () => tokens(1, hour) }),
    arrange: get(),
    says: 'grant          there is no token yet',
  },
  ended: {
    options: () => ({ acquire: async () => tokens(5, hour) }),
    arrange: inTurn(login, endpoint(400, 'invalid_grant'), ({ session }) =>
      session.refresh().catch(() => {}),
    ),
    says: 'grant          the session has just ended',
  },
}

const list = <T extends string>(cases: Readonly<Record<T, Case>>) =>
  Object.entries<Case>(cases).map(([name, one]) => ({ ...one, name }))

it.each(list(events))('$name has words in the log', async ({ name, options, arrange, says }) => {
  const made = bench(options?.())
  const { lines, stop } = logged(made)
  await arrange(made)
  await turn()
  expect(made.told(name as SessionEvent['type'])).toBeGreaterThan(0)
  expect(lines).toContain(says)
  stop()
  made.session.dispose()
  made.takeProblems()
})

it.each(list(reasons))('a grant with the reason $name has words in the log', async (one) => {
  const { name, options, arrange, says } = one
  const made = bench(options?.())
  const { lines, stop } = logged(made)
  await arrange(made)
  await turn()
  const told = made.events.flatMap((event) => (event.type === 'grant' ? [event.reason] : []))
  expect(told).toContain(name)
  expect(lines).toContain(says)
  stop()
})

it('a session that another tab has left, and one that is disposed of, are told though no event tells it', async () => {
  const made = bench(shared())
  const { lines } = logged(made)
  await login(made)
  await inOtherTab(({ session }) => session.logout())(made)
  expect(made.session.getSnapshot().status).toBe('signedOut')
  expect(made.told('logout')).toBe(0)
  expect(lines.slice(1)).toEqual(['signed out     in another tab or session'])
  await login(made)
  made.session.dispose()
  await turn()
  expect(lines.slice(2)).toEqual(['login          generation 3', 'disposed       it does nothing more'])
})

it('a sign-out of this tab, an end and another login are told once', async () => {
  const made = bench()
  const { lines, stop } = logged(made)
  await login(made)
  await login(made)
  await made.session.logout()
  await login(made)
  endpoint(400, 'invalid_grant')(made)
  await made.session.refresh().catch(() => {})
  await turn()
  const what = lines.map((line) => line.slice(0, 15).trim())
  expect(what).toEqual(['login', 'login', 'logout', 'login', 'grant', 'grant failed', 'session over'])
  expect(lines.at(-1)).toBe(`session over   ${refusal}`)
  stop()
})

it('what waits for a better token says so, and tokens that the app brings are no grant', async () => {
  const dialog = deferred<typeof better>()
  const opened = deferred()
  const made = bench({ onStepUp: () => (opened.resolve(), dialog.promise) })
  const { lines, stop } = logged(made)
  await login(made)
  await made.session.refresh()
  scope(made)
  const request = made.http.get('/me')
  await turn()
  await pass(50)
  await opened.promise
  await pass(1_950)
  dialog.resolve(better)
  await request
  expect(lines.slice(3)).toEqual([
    'step-up        GET /me: the API asks for a better token: scope "admin"',
    'request 2      GET /me is held, the first of those that wait',
    'granted        new tokens that came late or that the app brought, good for 1 h 0 min',
    'request 2      GET /me was sent, asked for a better token, held 2.0 s for the app to bring one, then sent again and answered 200.',
  ])
  stop()
})

it('one that still waits for a better token says so, and one that gets none has its answer', async () => {
  const made = bench({ onStepUp: () => new Promise(() => {}) })
  const { lines, stop } = logged(made)
  await login(made)
  challenge('error="insufficient_user_authentication", acr_values="gold silver", max_age="60"')(made)
  const request = made.http.get('/me').catch(() => {})
  await turn()
  await pass(3_000)
  stop()
  await made.session.logout()
  await request
  expect(lines.slice(1)).toEqual([
    'step-up        GET /me: the API asks for a better token: acr_values "gold silver", max_age 60',
    `${answered} is held, the first of those that wait`,
    `${answered} was sent, asked for a better token and is held for the app to bring one, 3.0 s so far.`,
  ])
})

it('explain has words for what a request finds after another tab has left, and for one that was disposed of', async () => {
  const made = bench(shared())
  await login(made)
  await inOtherTab(({ session }) => session.logout())(made)
  const me = 'GET https://api.example.com/me would go out without a token:'
  expect(await explain(made.http, made.session, { url: '/me' })).toBe(`${me} nobody is signed in.`)
  made.session.dispose()
  expect(await explain(made.http, made.session, { url: '/me' })).toBe(`${me} the session was disposed of.`)
})
