'use strict'
// One real refresh over HTTP, for the packed package: ten requests meet a token that the API refuses.
const { createServer } = require('node:http')
const assert = require('node:assert/strict')

/** @returns {Promise<void>} resolves when the server is closed; nothing then keeps the process alive */
exports.refreshOverHttp = async ({ axios, attachSession, createSession, memoryStore }) => {
  const api = { refreshToken: 'refresh-1', accessToken: 'access-2', grants: 0, refused: 0, answered: 0 }
  const server = createServer((request, response) => void answer(api, request, response))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${server.address().port}`

  const session = createSession({
    refresh: { tokenEndpoint: `${origin}/oauth/token`, clientId: 'my-spa' },
    store: memoryStore(),
  })
  const client = axios.create({ baseURL: origin })
  const detach = attachSession(client, session)
  await session.login({
    access_token: 'access-1',
    refresh_token: 'refresh-1',
    token_type: 'Bearer',
    expires_in: 300,
  })

  const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => client.get(`/me?n=${n}`)))
  assert.deepEqual(
    answers.map(({ status, data }) => [status, data.url]),
    answers.map((_, n) => [200, `/me?n=${n}`]),
  )
  assert.equal(api.grants, 1)
  assert.equal(api.answered, 10)
  assert.ok(api.refused >= 1 && api.refused <= 10)
  assert.equal(await session.getAccessToken(), 'access-2')
  assert.equal((await session.getTokens()).refreshToken, 'refresh-2')

  const bare = await client.get('/me', { skipSession: true, validateStatus: () => true })
  assert.equal(bare.status, 401)
  assert.equal(api.grants, 1)

  detach()
  session.dispose()
  await new Promise((resolve) => server.close(resolve))
}

async function answer(api, request, response) {
  const body = await text(request)
  if (request.url === '/oauth/token') return send(response, ...grant(api, new URLSearchParams(body)))
  if (request.headers.authorization !== `Bearer ${api.accessToken}`) {
    api.refused += 1
    return send(response, 401, {}, { 'www-authenticate': 'Bearer error="invalid_token"' })
  }
  api.answered += 1
  return send(response, 200, { url: request.url })
}

function grant(api, form) {
  const good =
    form.get('grant_type') === 'refresh_token' &&
    form.get('client_id') === 'my-spa' &&
    form.get('refresh_token') === api.refreshToken
  if (!good) return [400, { error: 'invalid_grant' }]
  api.grants += 1
  api.refreshToken = 'refresh-2'
  const answer = {
    access_token: 'access-2',
    refresh_token: 'refresh-2',
    token_type: 'Bearer',
    expires_in: 300,
  }
  return [200, answer]
}

async function text(request) {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  return body
}

function send(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}
