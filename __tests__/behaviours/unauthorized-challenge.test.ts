/** Behaviour 13: a better token is not a newer one; challenges of all forms. */
import axios, { type AxiosError } from 'axios'
import { attachSession, getChallenges, isStepUpRequired, StepUpRequiredError } from 'tokenflight/axios'
import { failOnLeaks } from '../support/no-leaks.js'
import { rejectionOf } from '../support/scripted-api.js'
import { scriptedServer, type ScriptedReply, type ScriptedServer } from '../support/scripted-server.js'
import { tokens, watchSessions } from '../support/watched-sessions.js'

failOnLeaks()
const { open, listen } = watchSessions()

let server: ScriptedServer
let refusal: ScriptedReply
beforeEach(async () => {
  server = await scriptedServer(({ path, authorization }) => {
    if (path === '/token') return { body: tokens('new') }
    return authorization === 'Bearer new' ? { body: {} } : refusal
  })
})
afterEach(() => server.close())

async function signedIn() {
  const session = open({ refresh: { tokenEndpoint: `${server.origin}/token` } })
  const instance = axios.create({ baseURL: server.origin })
  attachSession(instance, session)
  await session.login(tokens('old'))
  return { session, instance, events: listen(session) }
}

function says(status: number, challenge?: string | string[]): ScriptedReply {
  return { status, ...(challenge && { headers: { 'www-authenticate': challenge } }), body: { status } }
}

describe('never renews and is not sent again', () => {
  it.each([
    ['a 403 without a challenge', says(403)],
    ['a 403 with insufficient_scope', says(403, 'Bearer error="insufficient_scope", scope="admin"')],
    ['a 403 with invalid_token', says(403, 'Bearer error="invalid_token"')],
    ['a 401 with insufficient_scope', says(401, 'Bearer error="insufficient_scope", scope="admin"')],
    ['a 400 with invalid_request', says(400, 'Bearer error="invalid_request"')],
    ['a 401 with invalid_request', says(401, 'Bearer error="invalid_request"')],
    [
      'a 401 with insufficient_user_authentication (RFC 9470)',
      says(401, 'Bearer error="insufficient_user_authentication", acr_values="myACR", max_age="5"'),
    ],
    ['one whose error is not quoted', says(401, 'Bearer error=insufficient_scope')],
    ['one of several challenges', says(401, 'Basic realm="a, b", Bearer error="insufficient_scope"')],
    ['one of several headers', says(401, ['Negotiate YIIb6QYg==', 'Bearer error="insufficient_scope"'])],
  ])('%s (13)', async (_, reply) => {
    refusal = reply
    const { instance, session } = await signedIn()
    const error = await rejectionOf<AxiosError>(instance.get('/me'))
    expect(error.response).toMatchObject({ status: reply.status, data: { status: reply.status } })
    expect(server.requests.map(({ path }) => path)).toEqual(['/me'])
    expect(session.getSnapshot()).toMatchObject({ status: 'active', lastError: undefined })
  })
})

describe('renews, since nothing speaks against it', () => {
  it.each([
    ['a 401 without a challenge: CORS hides it', says(401)],
    ['a 401 whose challenge is unreadable', says(401, '= "" ,,, ;')],
    ['invalid_token', says(401, 'Bearer realm="api", error="invalid_token"')],
    ['a bare Bearer challenge', says(401, 'Bearer')],
    ['an error that nobody knows', says(401, 'Bearer error="home_made"')],
    ['a realm that merely mentions it', says(401, 'Bearer realm="error=\\"insufficient_scope\\", no"')],
    ['a token68', says(401, 'Negotiate YIIb6QYg==')],
  ])('%s (13)', async (_, reply) => {
    refusal = reply
    const { instance } = await signedIn()
    expect((await instance.get('/me')).status).toBe(200)
    expect(server.requests.map(({ path }) => path)).toEqual(['/me', '/token', '/me'])
  })
})

const stepUps = [
  ['insufficient_scope', 403, 'Bearer error="insufficient_scope", scope="read:all write:all"'],
  ['insufficient_scope', 401, 'Bearer error="insufficient_scope", scope="read:all write:all"'],
  ['insufficient_user_authentication', 401, 'Bearer error="insufficient_user_authentication", max_age="5"'],
] as const

it.each(stepUps)(
  '%s (%i): the cause says what is asked for, and an event tells (13)',
  async (error, status, header) => {
    const fields = error === 'insufficient_scope' ? { scope: 'read:all write:all' } : { maxAge: 5 }
    refusal = says(status, header)
    const { instance, events } = await signedIn()
    const rejected = await rejectionOf<AxiosError>(instance.post('/orders?q=secret', {}))
    expect(isStepUpRequired(rejected)).toBe(true)
    const cause = rejected.cause as unknown as StepUpRequiredError
    expect(cause).toBeInstanceOf(StepUpRequiredError)
    expect(cause.challenge).toMatchObject({ scheme: 'Bearer', parameters: { error } })
    expect(events.filter(({ type }) => type === 'stepUp')).toEqual([
      { type: 'stepUp', challenge: cause.challenge, ...fields, id: 1, method: 'POST', path: '/orders' },
    ])
  },
)

it('what is no question of a better token has no such cause and no such event (13)', async () => {
  const { instance, events } = await signedIn()
  for (const reply of [
    says(403),
    says(400, 'Bearer error="invalid_request"'),
    says(401, 'Bearer error="invalid_request"'),
  ]) {
    refusal = reply
    const error = await rejectionOf(instance.get('/me'))
    expect(isStepUpRequired(error)).toBe(false)
  }
  expect(events.map(({ type }) => type)).not.toContain('stepUp')
})

describe('getChallenges', () => {
  it('reads quoted commas, escapes, token68 and several headers off the error (13)', async () => {
    refusal = says(403, [
      'Bearer realm="a, \\"b\\"", error="insufficient_scope", scope="x y"',
      'Negotiate YIIb6QYg==, Basic realm="c"',
    ])
    const { instance } = await signedIn()
    const error = await rejectionOf(instance.get('/me'))
    const challenges = getChallenges(error).map(({ parameters, ...rest }) => ({ ...rest, ...parameters }))
    expect(challenges).toEqual([
      { scheme: 'Bearer', realm: 'a, "b"', error: 'insufficient_scope', scope: 'x y' },
      { scheme: 'Negotiate', token68: 'YIIb6QYg==' },
      { scheme: 'Basic', realm: 'c' },
    ])
  })

  it('reads them off a response that validateStatus let through (13)', async () => {
    refusal = says(403, 'Bearer error="insufficient_scope"')
    const { instance, events } = await signedIn()
    const response = await instance.get('/me', { validateStatus: () => true })
    expect(getChallenges(response)[0]?.parameters['error']).toBe('insufficient_scope')
    expect(events.map(({ type }) => type)).toContain('stepUp')
  })

  it('finds none where there is none (13)', async () => {
    refusal = says(403)
    const { instance } = await signedIn()
    expect(getChallenges(await rejectionOf(instance.get('/me')))).toEqual([])
  })
})
