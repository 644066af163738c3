/** A store without a name is nobody else's: what is in it is known. */
import { memoryStore } from 'tokenflight/axios'
import { useBench } from '../support/bench.js'
import { turn } from '../support/fake-clock.js'
import { usePage } from '../support/page-double.js'
import { rejectionOf } from '../support/outcome.js'
import { tokens } from '../support/token-endpoint-double.js'
import { VaultDouble } from '../support/vault-double.js'

const { bench } = useBench()
const page = usePage()

it.each([
  ['', undefined],
  [' that open a vault', new VaultDouble()],
])(
  'it is read once in its life, not for a page that is shown again nor for grants%s (33, 34)',
  async (_, vault) => {
    const inner = memoryStore()
    const get = jest.fn(() => inner.get())
    const { session } = bench({
      vault,
      store: { get, set: (record) => inner.set(record), clear: () => inner.clear() },
    })
    await session.login(tokens(1))
    page.fire('pageshow')
    page.fire('visibilitychange')
    await session.refresh()
    await turn()
    expect([get.mock.calls.length, await session.getAccessToken()]).toEqual([1, 'access-2'])
  },
)

it('sessions with stores of their own do not wait for each other’s grants (34)', async () => {
  const [one, other] = [bench(), bench()]
  one.endpoint.always('never')
  await Promise.all([one, other].map(({ session }) => session.login(tokens(1))))
  const hangs = rejectionOf(one.session.refresh())
  await one.endpoint.reached(1)
  await other.session.refresh()
  expect(other.endpoint.sent).toEqual(['refresh-1'])
  await one.session.logout()
  await hangs
})
