/** OpenID Connect Core §12.2: a refresh is for the user who signed in, and for nobody else. */
import { useBench, type Bench } from '../support/bench.js'
import { sessionErrorOf } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()

const idToken = (claims: object): string =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`
const ada = { iss: 'https://auth.example.com', sub: 'ada' }

/** Signed in with `login`; the grant answers with `refreshed`. */
async function signedIn(login: object, refreshed: object): Promise<Bench> {
  const one = bench()
  await one.session.login(tokens(1, login))
  one.api.dead.add('access-1')
  one.endpoint.always({ body: tokens(2, refreshed) })
  return one
}

it('an id_token in the answer is kept, and its sub becomes the subject (23)', async () => {
  const { session } = await signedIn({ id_token: idToken(ada) }, {})
  expect(await session.getTokens()).toMatchObject({ idToken: idToken(ada), subject: 'ada' })
  expect(session.getSnapshot().subject).toBe('ada')
})

it('a new one of the same user takes its place (23)', async () => {
  const next = idToken({ ...ada, iat: 2 })
  const { session, http } = await signedIn({ id_token: idToken(ada) }, { id_token: next })
  await http.get('/me')
  expect(await session.getTokens()).toMatchObject({ idToken: next, subject: 'ada' })
})

it('the subject that the app gave stays, whatever the sub of a later id_token is called (23)', async () => {
  const { session, http } = await signedIn({ subject: 'user-7' }, { id_token: idToken(ada) })
  await http.get('/me')
  expect(await session.getTokens()).toMatchObject({ idToken: idToken(ada), subject: 'user-7' })
})

it.each<[string, object, object]>([
  ['another sub', { id_token: idToken(ada) }, { id_token: idToken({ ...ada, sub: 'eve' }) }],
  ['another iss', { id_token: idToken(ada) }, { id_token: idToken({ ...ada, iss: 'https://evil.example' }) }],
  ['no sub', { id_token: idToken(ada) }, { id_token: idToken({ iss: ada.iss }) }],
  ['another subject by name', { subject: 'user-7' }, { subject: 'user-8' }],
])(
  'a refresh that answers with %s is refused: its tokens are not used, a login is required (24, 27)',
  async (_, login, refreshed) => {
    const { session, http, api, stored, onLoginRequired } = await signedIn(login, refreshed)
    const error = await sessionErrorOf(http.get('/me'))
    expect(error).toMatchObject({ code: 'ERR_LOGIN_REQUIRED', reason: 'refused' })
    expect(String(error['cause'])).toContain('OpenID Connect Core §12.2')
    expect([onLoginRequired.mock.calls.length, session.getSnapshot().status, stored()]).toEqual([
      1,
      'signedOut',
      undefined,
    ])
    expect(api.authorizations).toEqual(['Bearer access-1'])
  },
)

it.each<[string, object, object]>([
  ['no id_token before', {}, { id_token: idToken({ sub: 'eve' }) }],
  ['none after', { id_token: idToken(ada) }, {}],
  ['one that is encrypted', { id_token: idToken(ada) }, { id_token: 'a.b.c.d.e' }],
])('with %s there is nothing to compare (23)', async (_, login, refreshed) => {
  const { http } = await signedIn(login, refreshed)
  expect((await http.get('/me')).data.token).toBe('access-2')
})

it('a refresh function is held to the same (24)', async () => {
  const one = bench({ refresh: async () => tokens(2, { id_token: idToken({ ...ada, sub: 'eve' }) }) })
  await one.session.login(tokens(1, { id_token: idToken(ada) }))
  await expect(one.session.refresh()).rejects.toMatchObject({ reason: 'refused' })
  expect(await one.session.getTokens()).toBeUndefined()
})
