import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rejectionOf, useBench } from '../support/session-under-test.js'

const bench = useBench()

let folder: string
let server: Server
let seen: (string | undefined)[]
let accepted: string

/** An API that no port leads to; it takes one token alone. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'socket-'))
  seen = []
  accepted = 'Bearer access-2'
  server = createServer(({ headers: { authorization } }, response) => {
    seen.push(authorization)
    response
      .writeHead(authorization === accepted ? 200 : 401, { 'content-type': 'application/json' })
      .end('{}')
  })
  await new Promise<void>((listening) => server.listen(join(folder, 'api'), listening))
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
  await rm(folder, { recursive: true })
})

test('over a unix socket a 401 renews as everywhere: its answer comes from no other origin (5, 12)', async () => {
  const subject = await bench.signedIn()
  const api = subject.instance({ baseURL: 'http://localhost', socketPath: join(folder, 'api') })
  expect((await api.get('/me')).status).toBe(200)
  expect([seen, subject.grants]).toStrictEqual([['Bearer access-1', 'Bearer access-2'], 1])
})

test('a second 401 over it goes to the caller (5, 12)', async () => {
  accepted = 'nobody'
  const subject = await bench.signedIn()
  const api = subject.instance({ baseURL: 'http://localhost', socketPath: join(folder, 'api') })
  expect((await rejectionOf(api.get('/me'))).response?.status).toBe(401)
  expect([seen.length, subject.grants]).toStrictEqual([2, 1])
})
