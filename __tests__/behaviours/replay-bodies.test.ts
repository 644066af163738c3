import type { AxiosRequestConfig } from 'axios'
import { refusing, useBench } from '../support/session-under-test.js'
import type { ScriptedRequest } from '../support/scripted-server.js'

const bench = useBench()

/** Sends a body to an API that refuses the first token; what reached it. */
async function post(data: unknown, config: AxiosRequestConfig): Promise<ScriptedRequest[]> {
  const subject = await bench.signedIn()
  const server = await bench.server(refusing(['access-1']))
  const api = subject.instance({ baseURL: server.origin })
  await api.post('/things', data, config)
  expect(server.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2'])
  return server.requests
}

const bytes = Uint8Array.from([0, 1, 2, 253, 254, 255, 10, 13])

const kinds: [string, () => unknown, string | undefined][] = [
  ['JSON', () => ({ a: 1, b: ['ä', null] }), '{"a":1,"b":["ä",null]}'],
  ['an array as JSON', () => [1, 2], '[1,2]'],
  ['a string', () => 'plain & simple ✓', 'plain & simple ✓'],
  ['URLSearchParams', () => new URLSearchParams({ q: 'a b&c', n: '1' }), 'q=a+b%26c&n=1'],
  ['a Blob', () => new Blob(['in ', 'two parts'], { type: 'text/plain' }), 'in two parts'],
  ['an ArrayBuffer', () => bytes.buffer.slice(0), Buffer.from(bytes).toString()],
  ['a Uint8Array', () => Uint8Array.from(bytes), Buffer.from(bytes).toString()],
  ['a Float64Array', () => Float64Array.from([1.5, -0]), undefined],
  ['a DataView', () => new DataView(bytes.buffer.slice(0)), Buffer.from(bytes).toString()],
  ['nothing', () => undefined, ''],
]

describe.each(['http', 'fetch'])('through the %s adapter', (adapter) => {
  test.each(kinds)('%s replays byte for byte (18)', async (_, make, text) => {
    const [first, second] = await post(make(), { adapter })
    expect(second!.bytes).toEqual(first!.bytes)
    expect(second!.headers['content-type']).toBe(first!.headers['content-type'])
    expect(second!.headers['content-length']).toBe(first!.headers['content-length'])
    if (text !== undefined) expect(second!.text).toBe(text)
    else expect(second!.bytes).toHaveLength(16)
  })

  test('a native FormData replays with all its fields and files (18)', async () => {
    const form = new FormData()
    form.append('name', 'Ada ✓')
    form.append('file', new Blob([bytes], { type: 'application/x-bytes' }), 'bytes.bin')
    // Without this header axios's fetch adapter, in Node, calls a form urlencoded, session or not.
    const headers = { 'content-type': 'multipart/form-data' }
    const [first, second] = await post(form, { adapter, headers })
    expect(first!.bytes).toHaveLength(second!.bytes.length)
    expect(withoutBoundary(second!)).toBe(withoutBoundary(first!))
    expect(withoutBoundary(second!)).toContain('filename="bytes.bin"')
    expect(second!.bytes.includes(Buffer.from(bytes))).toBe(true)
  })
})

test('a Buffer replays byte for byte (18)', async () => {
  const [first, second] = await post(Buffer.from(bytes), { adapter: 'http' })
  expect(first!.bytes).toEqual(Buffer.from(bytes))
  expect(second!.bytes).toEqual(Buffer.from(bytes))
})

test('a body of some megabytes replays as it was, under the encoding that it names (18)', async () => {
  const large = Buffer.alloc(3_000_000, 'tokenflight ')
  const [first, second] = await post(large, { headers: { 'content-encoding': 'gzip' } })
  expect(first!.bytes.equals(large)).toBe(true)
  expect(second!.bytes.equals(large)).toBe(true)
  expect(second!.headers['content-encoding']).toBe('gzip')
})

test('a form made of an object with urlencoded fields replays (18)', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const [first, second] = await post({ a: 1, b: { c: 2 } }, { headers })
  expect(decodeURIComponent(second!.text)).toBe('a=1&b[c]=2')
  expect(second!.text).toBe(first!.text)
})

/** Each sending draws its own boundary; nothing else may differ. */
function withoutBoundary({ headers, bytes: body }: ScriptedRequest): string {
  const [, boundary] = /boundary=(.+)$/.exec(String(headers['content-type'])) ?? []
  const text = body.toString('latin1')
  expect(text).toContain(boundary)
  return text.replaceAll(boundary!, 'boundary')
}
