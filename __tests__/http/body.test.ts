import { Readable } from 'node:stream'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { isOneShot } from '../../src/http/body.js'

function* parts() {
  yield 'a'
}

async function* asyncParts() {
  yield 'a'
}

describe('bodies that can be sent again (18)', () => {
  class Rows extends Array<string> {}
  const cases: [kind: string, body: unknown][] = [
    ['no body', undefined],
    ['null', null],
    ['a string', 'a'],
    ['an empty string', ''],
    ['a String object', new String('a')],
    ['a number', 5],
    ['a boolean', false],
    ['a plain object', { a: 1, next: 'page', pipe: true }],
    ['an object without a prototype', Object.create(null)],
    ['an array', ['a']],
    ['a subclass of Array', Rows.from(['a'])],
    ['an array of another realm', runInNewContext('["a"]')],
    ['an array behind a proxy', new Proxy(['a'], {})],
    ['a Date', new Date(0)],
    ['a Map', new Map([['a', 1]])],
    ['a Set', new Set(['a'])],
    ['URLSearchParams', new URLSearchParams('a=1')],
    ['the native FormData', new FormData()],
    ['Headers', new Headers()],
    ['a Blob, though it has stream()', new Blob(['a'])],
    ['a File', new File(['a'], 'a.txt')],
    ['an ArrayBuffer', new ArrayBuffer(1)],
    ['a SharedArrayBuffer', new SharedArrayBuffer(1)],
    ['a DataView', new DataView(new ArrayBuffer(1))],
    ['a Buffer', Buffer.from('a')],
    ['a Uint8Array', Uint8Array.of(1)],
    ['a Float64Array', Float64Array.of(1)],
    ['a BigInt64Array of another realm', runInNewContext('BigInt64Array.of(1n)')],
  ]
  test.each(cases)('%s', (_kind, body) => expect(isOneShot(body)).toBe(false))
})

describe('bodies that can be sent once (18)', () => {
  const tagged = (tag: string) => ({ [Symbol.toStringTag]: tag, [Symbol.iterator]: parts })
  const callable = Object.assign(() => undefined, { pipe: () => undefined })
  const cases: [kind: string, body: unknown][] = [
    ['a Node stream', Readable.from(['a'])],
    ['anything with pipe(), as the form-data package has', { pipe: () => undefined }],
    ['a form-data package that calls itself FormData', { pipe() {}, [Symbol.toStringTag]: 'FormData' }],
    ['a function with pipe()', callable],
    ['a ReadableStream', new ReadableStream()],
    ['the stream of a Blob', new Blob(['a']).stream()],
    ['anything with getReader()', { getReader: () => undefined }],
    ['a generator', parts()],
    ['an async generator', asyncParts()],
    ['an iterator of an array', ['a'].values()],
    ['an iterator of a Map', new Map([['a', 1]]).entries()],
    ['an iterator that is not iterable', { next: () => ({ done: true }) }],
    ['an async iterable', { [Symbol.asyncIterator]: asyncParts }],
    ['an iterable of unknown make', { [Symbol.iterator]: parts }],
    ['an iterable whose tag ends like one that is known', tagged('x[object Array')],
    ['an iterable whose tag begins like one that is known', tagged('Array]x')],
    ['what throws when it is looked at', Proxy.revocable({}, {})],
  ]
  const revoked = cases.at(-1)?.[1] as ReturnType<typeof Proxy.revocable>
  revoked.revoke()
  cases[cases.length - 1] = ['what throws when it is looked at', revoked.proxy]
  test.each(cases)('%s', (_kind, body) => expect(isOneShot(body)).toBe(true))
})

describe('looking at a body (18)', () => {
  test('takes nothing from it', async () => {
    const generator = parts()
    const stream = Readable.from(['a'])
    const web = new Blob(['a']).stream()
    expect([generator, stream, web].map(isOneShot)).toEqual([true, true, true])
    expect([...generator]).toEqual(['a'])
    expect(await stream.toArray()).toEqual(['a'])
    expect(await new Response(web).text()).toBe('a')
  })

  test('whatever JSON can say can be sent again', () => {
    fc.assert(fc.property(fc.jsonValue(), (body) => expect(isOneShot(body)).toBe(false)))
  })

  test('never throws', () => {
    fc.assert(
      fc.property(
        fc.anything({ withMap: true, withSet: true, withTypedArray: true, withDate: true }),
        (body) => {
          expect(isOneShot(body)).toBe(false)
        },
      ),
    )
  })
})
