/** The server of a soak, as a process of its own: an API and a token endpoint that fail as planned and count everything. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { commit, type Fault } from '../../examples/servers/faults.js'
import { readBody, sendJson } from '../../examples/servers/messages.js'
import { faultOf, grantFaultOf, requestOf, type ApiFault, type GrantFault } from './plan.js'
import type { FromServer, SoakTerms } from './messages.js'
import { RequestLedger } from './request-ledger.js'
import { TokenAccount } from './token-account.js'

const terms = JSON.parse(process.argv[2] ?? '') as SoakTerms
const ledger = new RequestLedger(terms.requests)
const account = new TokenAccount(terms.lifetimeMs)
let asked = 0
let grantsNow = 0
let mostGrantsAtOnce = 0

const commits: Readonly<Record<GrantFault & ApiFault, Fault>> & Readonly<Record<string, Fault>> = {
  '503': { status: 503 },
  '500': { status: 500 },
  hang: 'hang',
  junk: 'html',
  reset: 'destroy',
  lostBefore: 'destroy',
  lostAfter: 'destroy',
}

async function handleToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const fields = new URLSearchParams(await readBody(request))
  const refreshToken = fields.get('refresh_token') ?? ''
  const fault = grantFaultOf(asked++, terms.grantFaultEvery)
  account.ask(refreshToken, Number(request.headers['x-age']), fault)
  // One that will never be answered is not being answered.
  if (fault !== 'hang') mostGrantsAtOnce = Math.max(mostGrantsAtOnce, ++grantsNow)
  response.once('close', () => fault !== 'hang' && grantsNow--)
  const tokens = fault === undefined || fault === 'lostAfter' ? account.renew(refreshToken) : undefined
  if (fault) commit(commits[fault] as Fault, response)
  else if (tokens) sendJson(response, { status: 200, body: tokens })
  else sendJson(response, { status: 400, body: { error: 'invalid_grant' } })
}

async function handleApi(request: IncomingMessage, response: ServerResponse, id: number): Promise<void> {
  const isFirst = ledger.arrive(id)
  const body = await readBody(request)
  if (body !== (requestOf(id).kind === 'get' ? '' : `{"id":${id}}`)) ledger.counts.garbled++
  const [, token = ''] = /^Bearer (.+)/.exec(`${request.headers.authorization}`) ?? []
  if (!token) ledger.counts.bare++
  if (!account.accepts(token)) return refuse(response, id)
  const fault = faultOf(id)
  if (fault === 'refuse' || fault === 'revoke') {
    if (!isFirst) return succeed(response, id)
    account.refuse(token, fault === 'revoke')
    return refuse(response, id)
  }
  if (!fault) return succeed(response, id)
  ledger.answer(id, fault)
  if (fault === 'hang') tell({ type: 'hanging', id })
  commit(commits[fault] as Fault, response)
}

function succeed(response: ServerResponse, id: number): void {
  ledger.answer(id, 'ok')
  sendJson(response, { status: 200, body: { id } })
}

function refuse(response: ServerResponse, id: number): void {
  ledger.answer(id, '401')
  sendJson(response, { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
}

function tell(message: FromServer): void {
  process.send?.(message)
}

const server = createServer((request, response) => {
  const { url = '/' } = request
  const id = Number(/^\/r\/(\d+)$/.exec(url)?.[1] ?? NaN)
  const handled =
    url === '/token'
      ? handleToken(request, response)
      : url === '/login'
        ? Promise.resolve(sendJson(response, { status: 200, body: account.begin() }))
        : handleApi(request, response, id)
  // The client has gone in the middle: nobody is left to tell.
  handled.catch(() => response.destroy())
})
// An idle connection that is closed just as it is used again would be a reset that nobody planned.
server.keepAliveTimeout = 0
server.requestTimeout = 0
server.listen(0, '127.0.0.1', () =>
  tell({ type: 'listening', origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
)
process.on('message', () => {
  const { counts, arrivals, answers } = ledger
  const report = { counts, arrivals, answers, grants: account.grants, mostGrantsAtOnce }
  tell({ type: 'report', report })
})
// Whoever started it has gone.
process.on('disconnect', () => process.exit())
