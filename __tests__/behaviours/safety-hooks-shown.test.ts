/** What a problem shows of an error that the app's own pieces threw, and an event of the API's challenge. */
import { useBench, type BenchOptions } from '../support/bench.js'
import { rejectionOf } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()

/** What the problem holds as its cause where a subscriber throws `thrown`. */
async function shownOf(thrown: unknown, options?: BenchOptions): Promise<{ cause?: unknown }> {
  const { session, takeProblems } = bench(options)
  const stop = session.subscribe(() => {
    throw thrown
  })
  await session.login(tokens(1))
  stop()
  const { message, type, ...rest } = takeProblems()[0]!
  expect([type, message]).toEqual(['problem', 'A subscriber threw'])
  return rest
}

const withStack = (...lines: readonly string[]): Error =>
  Object.assign(new RangeError('no room'), { stack: lines.join('\n') })

it.each<[string, string[]]>([
  ['of V8', ['    at load (https://app.example.com/a.js:1:2)', '    at async save (b.js:3:4)']],
  ['of Firefox and Safari', ['load@https://app.example.com/a.js:1:2', '@b.js:3:4']],
])(
  'where it was thrown is shown in a trace %s, without the lines that quote the message (36, 37)',
  async (_, trace) => {
    const quoted = ['RangeError: no room', ' look at it', 'and write to me@example.com']
    const { cause } = await shownOf(withStack(...quoted, ...trace))
    expect(cause).toMatchObject({ name: 'RangeError', message: 'no room' })
    expect((cause as Error).stack).toBe(['RangeError: no room', ...trace].join('\n'))
  },
)

it.each<[string, unknown, string]>([
  ['a text', 'no room', 'no room'],
  ['an object without a trace', { message: 'no room' }, 'no room'],
  ['an error without a trace', withStack(), 'no room'],
])('%s is shown with the words that it has (37)', async (_, thrown, words) => {
  const { cause } = await shownOf(thrown)
  expect(cause).toMatchObject({ message: words })
  expect((cause as Error).stack).not.toContain('undefined')
})

it('so is it where the session has no grant, but `acquire` alone (30, 37)', async () => {
  const { cause } = await shownOf(new Error('no room'), {
    refresh: undefined,
    acquire: async () => tokens(2),
  })
  expect(cause).toMatchObject({ message: 'no room' })
})

it.each([undefined, null])('a thrown %s has nothing to show (37)', async (thrown) => {
  expect(await shownOf(thrown)).toEqual({})
})

it('one whose own members throw is told all the same (37)', async () => {
  const hostile = {
    get message(): string {
      throw new Error('not yours')
    },
  }
  expect((await shownOf(hostile)).cause).toMatchObject({ message: 'It cannot be shown' })
})

it.each<[string, string, object]>([
  [
    'with a token of its own',
    'Bearer access-1==, error="insufficient_scope", scope="admin"',
    { token68: '[redacted]==', parameters: { error: 'insufficient_scope', scope: 'admin' } },
  ],
  [
    'that quotes the token',
    'Bearer error="insufficient_scope", error_description="access-1 is too weak"',
    { parameters: { error: 'insufficient_scope', error_description: '[redacted] is too weak' } },
  ],
])('a challenge %s is told whole, but for our tokens (13, 36)', async (_, header, told) => {
  const { session, http, api, events } = bench()
  await session.login(tokens(1))
  api.answer = () => ({ status: 403, headers: { 'www-authenticate': header } })
  await rejectionOf(http.get('/admin'))
  const stepUp = events.find(({ type }) => type === 'stepUp') as { challenge?: object } | undefined
  const challenge = {
    ...stepUp?.challenge,
    parameters: { ...(stepUp?.challenge as Told | undefined)?.parameters },
  }
  expect(challenge).toStrictEqual({ scheme: expect.stringMatching(/^bearer$/i), ...told })
})

interface Told {
  readonly parameters: Readonly<Record<string, string>>
}
