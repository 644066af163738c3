import { createSession } from 'tokenflight/axios'
import { scriptedAdapter, useBench } from '../support/session-under-test.js'

const bench = useBench()

async function sendTo(url: string, allowInsecure?: boolean) {
  const subject = await bench.signedIn({ allowInsecure, allowedOrigins: [new URL(url).origin] })
  const adapter = scriptedAdapter()
  const api = subject.instance({ adapter, baseURL: new URL(url).origin })
  await api.get(url)
  await api.get(url)
  return { authorizations: adapter.authorizations, problems: subject.problems }
}

const withToken = ['Bearer access-1', 'Bearer access-1']

test.each([
  'http://localhost:3000/me',
  'http://api.localhost/me',
  'http://127.0.0.1/me',
  'http://127.8.9.10:8080/me',
  'http://[::1]:3000/me',
  'https://api.example.com/me',
])('%s is safe enough for the token (4)', async (url) => {
  expect(await sendTo(url)).toEqual({ authorizations: withToken, problems: [] })
})

test.each([
  'http://api.example.com/me',
  'http://192.168.0.1/me',
  'http://localhost.example.com/me',
  'http://127.0.0.1.example.com/me',
  'http://0.0.0.0/me',
])('%s, though allowed, gets no token, and that is reported once (4)', async (url) => {
  const { authorizations, problems } = await sendTo(url)
  expect(authorizations).toStrictEqual([undefined, undefined])
  expect(problems).toStrictEqual([expect.stringContaining('allowInsecure')])
})

test('allowInsecure sends the token over http as well (4)', async () => {
  expect(await sendTo('http://api.example.com/me', true)).toEqual({ authorizations: withToken, problems: [] })
})

test('a function as allowedOrigins does not make http safe (4)', async () => {
  const subject = await bench.signedIn({ allowedOrigins: () => true })
  const adapter = scriptedAdapter()
  const api = subject.instance({ adapter })
  await api.get('http://api.example.com/')
  expect(adapter.authorizations).toStrictEqual([undefined])
  expect(subject.problems).toStrictEqual([expect.stringContaining('http://api.example.com')])
})

describe('the token endpoint', () => {
  const create = (tokenEndpoint: string, allowInsecure?: boolean) => () =>
    createSession({ refresh: { tokenEndpoint, clientId: 'spa' }, allowInsecure }).dispose()

  test('has to be https, or loopback (4)', () => {
    expect(create('http://auth.example.com/token')).toThrow(TypeError)
    expect(create('http://auth.example.com/token')).toThrow(/tokenEndpoint.*https/)
    expect(create('https://auth.example.com/token')).not.toThrow()
    expect(create('http://127.0.0.1:4000/token')).not.toThrow()
    expect(create('http://localhost/token')).not.toThrow()
  })

  test('may be http with allowInsecure (4)', () => {
    expect(create('http://auth.example.com/token', true)).not.toThrow()
  })
})
