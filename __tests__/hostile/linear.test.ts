/**
 * No input takes more than linear time. Each text here is a hundred thousand characters long, made of one piece over
 * and over between others: what makes a pattern go back and forth. With quadratic time a single one of them would take
 * ten billion steps, and the test would never end.
 */
import { createSession, getSessionError, memoryStore, storageStore } from 'tokenflight'
import { createFetch } from 'tokenflight/fetch'
import { attachSession } from 'tokenflight/axios'
import axios, { AxiosError } from 'axios'
import { isHeaderSafe } from '../../src/http/authorization.js'
import { parseChallenges, vetoOf } from '../../src/http/challenge.js'
import { readJwtClaims } from '../../src/http/jwt.js'
import { isTrustworthy, originOf } from '../../src/http/origin.js'
import { parseRetryAfter } from '../../src/http/retry-after.js'
import { countInputs, feed, isLongRun } from './inputs.js'

countInputs('linear')

const length = 100_000

/** Every piece over and over, in a long run every two of them, behind each beginning and before each end. */
function* pumped(pieces: readonly string[], ends: readonly string[]): Generator<string> {
  const pairs = pieces.flatMap((one) => pieces.map((other) => one + other))
  for (const pump of isLongRun ? [...pieces, ...pairs] : pieces) {
    const middle = pump.repeat(Math.ceil(length / pump.length)).slice(0, length)
    for (const start of ends) for (const end of ends) yield start + middle + end
  }
}

function feedAll(texts: Iterable<string>, read: (text: string) => void): void {
  for (const text of texts) {
    feed()
    read(text)
  }
}

it('challenges (13)', () => {
  const pieces = ['a', ' ', ',', '=', '"', '\\', '\\"', 'a=', 'a b', '\t', 'a="b",']
  feedAll(pumped(pieces, ['', 'Bearer ', 'a="']), (text) => {
    vetoOf(parseChallenges(text))
  })
})

it('Retry-After (25)', () => {
  feedAll(pumped(['1', ' ', 'a', ':', '-', 'Sun, ', '00:00:00 '], ['', 'Sun, 06 ', ' GMT', 'x']), (text) => {
    parseRetryAfter(text, 0)
  })
})

it('JWTs and tokens (3, 31)', () => {
  feedAll(pumped(['e30', '.', '=', '-', '[', '{"a":', 'A'], ['', 'e30.', '.x', '\n']), (text) => {
    readJwtClaims(text)
    readJwtClaims(`e30.${Buffer.from(text).toString('base64url')}.x`)
    isHeaderSafe(text)
  })
})

it('addresses (1)', () => {
  const pieces = ['a', '/', '\\', '@', ':', '.', '%2f', '127.', 'localhost.', '\t', '[']
  feedAll(pumped(pieces, ['', 'https://', 'x']), (text) => {
    originOf(text, 'https://api.example.com')
    isTrustworthy(text)
  })
})

it('addresses on their way through axios and fetch (1)', async () => {
  const session = createSession({ refresh: () => new Promise(() => {}) })
  session.on(() => {})
  await session.login({ access_token: 'a' })
  const adapter = async (): Promise<never> => Promise.reject(new AxiosError('no socket'))
  const http = axios.create({ baseURL: 'https://api.example.com', adapter })
  attachSession(http, session)
  const call = createFetch(session, { fetch: async () => new Response(), baseUrl: 'https://api.example.com' })
  for (const text of pumped(['a', '/', '\\', '@', '?', '#', ':'], ['', 'https://', '/x'])) {
    feed()
    await http.get(text).catch(() => {})
    await call(text).catch(() => {})
  }
  session.dispose()
})

it('token answers and what a server says in them (23, 36)', async () => {
  let body = ''
  const refresh = {
    tokenEndpoint: 'https://auth.example.com/token',
    clientSecret: 'secret',
    fetch: async () => new Response(body, { status: 400 }),
  }
  const session = createSession({ refresh, store: memoryStore() })
  session.on(() => {})
  for (const text of pumped(['a', '"', '[', '{"error":', ' ', '<', 'secret'], ['', '"', '}'])) {
    feed()
    await session.login({ access_token: 'a', refresh_token: 'aaa' })
    body = text
    await session.refresh().catch(getSessionError)
    body = JSON.stringify({ error: text, error_description: text })
    await session.refresh().catch(getSessionError)
  }
  session.dispose()
})

it('stored records (33)', async () => {
  for (const text of pumped(['a', '"', '[', '{"format":', ' ', '1'], ['', '{"format":1,', ']'])) {
    feed()
    const store = storageStore({ getItem: () => text, setItem() {}, removeItem() {} })
    const session = createSession({ refresh: () => new Promise(() => {}), store })
    session.on(() => {})
    await session.getTokens()
    session.dispose()
  }
})
