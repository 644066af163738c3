import { useBench } from '../support/session-under-test.js'

const bench = useBench()

/** What the server saw of a request, and what an event said of it. */
async function pathsOf(base: string, url: string | undefined): Promise<{ seen: unknown; told: unknown }> {
  const subject = await bench.signedIn()
  const server = await bench.server()
  const api = subject.instance({ baseURL: server.origin + base })
  await api.request(url === undefined ? {} : { url })
  const sent = subject.events.find(({ type }) => type === 'sent')
  expect(server.authorizations).toEqual(['Bearer access-1'])
  return { seen: server.requests[0]?.path, told: sent && 'path' in sent && sent.path }
}

test.each([
  ['/v1', '/me', '/v1/me'],
  ['/v1', 'me/you', '/v1/me/you'],
  ['/v1/', '/me', '/v1/me'],
  ['/v1//', 'me', '/v1/me'],
  ['/v1///', 'me', '/v1/me'],
  ['/v1', '', '/v1'],
  ['/v1', undefined, '/v1'],
])(
  'on the base %s, "%s" is told as the path that reaches the server: %s (1, 16)',
  async (base, url, path) => {
    expect(await pathsOf(base, url)).toEqual({ seen: path, told: path })
  },
)
