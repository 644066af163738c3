import { held, type Case } from './world.js'
import type { ScriptedRequest } from '../support/scripted-server.js'

const text = 'häuser & straßen'
const bytes = new TextEncoder().encode(text)

/** What replays; behaviour 18. Each is made anew, so that no case sees what another has read. */
const replayable: readonly (readonly [kind: string, make: () => unknown])[] = [
  ['JSON as a string', () => JSON.stringify({ text })],
  ['a string', () => text],
  ['URLSearchParams', () => new URLSearchParams({ text })],
  ['an ArrayBuffer', () => bytes.buffer.slice(0)],
  ['a typed array', () => bytes.slice()],
  ['a Blob', () => new Blob([bytes])],
  ['FormData', () => formData()],
]

function formData(): FormData {
  const form = new FormData()
  form.append('text', text)
  form.append('file', new Blob([bytes], { type: 'text/plain' }), 'streets.txt')
  return form
}

/** A form's boundary is made anew with each send, and its type says which; what it parts is not. */
function withoutBoundary({ text, headers }: ScriptedRequest): string {
  const boundary = /boundary=(\S+)/.exec(String(headers['content-type']))?.[1]
  return boundary ? text.replaceAll(boundary, 'boundary') : text
}

/** Behaviour 18: what goes over the wire twice, and what must not. */
export const bodies: readonly Case[] = [
  ...replayable.map(
    ([kind, make]): Case => [
      `18 ${kind} replays with the same bytes`,
      async (begin) => {
        const { client, auth, api } = await begin()
        auth.expireAll()
        const answer = await client.send({ method: 'POST', url: '/me', body: make() })
        expect(answer.status).toBe(200)
        const [first, second] = api.requests.map(withoutBoundary)
        expect(first).toContain(kind === 'URLSearchParams' ? 'text=h%C3%A4user' : text)
        expect(second).toBe(first)
      },
    ],
  ),
  [
    '18 a body that can be read only once is not replayed: the caller gets the 401, the next request a new token',
    async (begin) => {
      const { adapter, client, auth, api } = await begin()
      auth.expireAll()
      const answer = await client.send({ method: 'POST', url: '/once', body: adapter.oneShot(text) })
      expect(answer).toMatchObject({ status: 401, body: text })
      expect((await client.send({ url: '/next' })).status).toBe(200)
      expect(api.requests.map(({ path }) => path)).toEqual(['/once', '/next'])
      expect(auth.counts.granted).toBe(1)
    },
  ],
  [
    '18 a body that can be read only once waits for the renewal where its token is close to its end',
    async (begin) => {
      const started = Date.now()
      let now = started
      const { adapter, client, auth, api, session } = await begin({ session: { now: () => now } })
      now += 3_570_000
      auth.hold()
      const sent = client.send({ method: 'POST', url: '/once', body: adapter.oneShot(text) })
      await held(session, 1)
      expect(api.count()).toBe(0)
      auth.release()
      expect(await sent).toMatchObject({ status: 200, body: text })
      expect(auth.counts.granted).toBe(1)
    },
  ],
]
