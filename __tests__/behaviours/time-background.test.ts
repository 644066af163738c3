import { memoryStore, storageStore } from 'tokenflight/axios'
import { useBench, type Bench, type BenchOptions } from '../support/bench.js'
import { elapsed, pass, turn, useFakeClock } from '../support/fake-clock.js'
import { usePage } from '../support/page-double.js'
import { sharedPlace } from '../support/shared-store.js'
import { tokens } from '../support/token-endpoint-double.js'
import { mapStorage } from '../support/watched-sessions.js'

const { bench } = useBench()
useFakeClock()
const page = usePage()
afterEach(() => void jest.restoreAllMocks())

const minuteMs = 60_000

/** Signed in for an hour of the clock, and nothing is ever sent. */
async function idle(options: BenchOptions = {}, given: object = {}): Promise<Bench> {
  const one = bench({ renewInBackground: true, ...options })
  await one.session.login(tokens(1, given))
  return one
}

const askedAtMinutes = ({ endpoint }: Bench): number[] =>
  endpoint.asked.map(({ at }) => Math.floor((at - startedAt) / minuteMs))
let startedAt = 0
beforeEach(() => void (startedAt = Date.now()))

describe('renewInBackground', () => {
  it('renews an idle session within its ahead window, again and again (32)', async () => {
    const one = await idle()
    await pass(3 * 60 * minuteMs)
    expect(askedAtMinutes(one)).toEqual([59, 118, 177])
    expect(one.endpoint.sent).toEqual(['refresh-1', 'refresh-2', 'refresh-3'])
    expect(one.session.getSnapshot().expiresAt! - Date.now()).toBeGreaterThan(minuteMs / 2)
  })

  it('renews a token of a short life before it is too short to use, however the jitter falls (32)', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.999)
    const one = await idle({}, { expires_in: 10 })
    await pass(8_999)
    expect(one.endpoint.sent).toEqual(['refresh-1'])
  })

  it('is off where nobody asked for it (32)', async () => {
    const one = await idle({ renewInBackground: false })
    await pass(2 * 60 * minuteMs)
    expect(one.endpoint.asked).toEqual([])
  })

  it('comes back from a wait that is longer than a timer can be (32)', async () => {
    const days = 40 * 24 * 60 * minuteMs
    const one = await idle({}, { expires_in: days / 1000 })
    await pass(days - 2 * minuteMs)
    expect(one.endpoint.asked).toEqual([])
    await pass(2 * minuteMs)
    expect(one.endpoint.asked.length).toBe(1)
  })

  it('asks the clock and not the timer: a computer that slept renews at its first sign of life (32)', async () => {
    const one = await idle()
    jest.setSystemTime(Date.now() + 59.5 * minuteMs)
    page.fire('online')
    await turn()
    expect(one.endpoint.asked.length).toBe(1)
  })

  it('is quiet in a hidden page, and looks again when the page is shown (32)', async () => {
    const one = await idle()
    page.isHidden = true
    page.fire('visibilitychange')
    await pass(65 * minuteMs)
    expect(one.endpoint.asked).toEqual([])
    page.isHidden = false
    page.fire('visibilitychange')
    await turn()
    expect([one.endpoint.asked.length, one.session.getSnapshot().status]).toEqual([1, 'active'])
  })

  it('leaves nothing to chance once the window has begun: shown again, the page renews at once (32)', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.999)
    page.isHidden = true
    const { endpoint } = await idle()
    await pass(59 * minuteMs + 1_000)
    page.isHidden = false
    page.fire('visibilitychange')
    await turn()
    expect(endpoint.asked).toHaveLength(1)
  })

  it.each(['pageshow', 'online'])('in a page that was hidden looks again at %s (32)', async (type) => {
    const one = await idle()
    page.isHidden = true
    page.fire('visibilitychange')
    await pass(65 * minuteMs)
    page.isHidden = false
    page.fire(type)
    await turn()
    expect(one.endpoint.asked.length).toBe(1)
  })

  it('of four tabs makes one grant for all (6, 32)', async () => {
    const place = sharedPlace()
    const all: Bench[] = []
    for (let n = 0; n < 4; n++)
      all.push(
        bench({
          renewInBackground: true,
          store: place.open({ hears: true }),
          ...(all[0] && { grant: { fetch: all[0].endpoint.fetch } }),
        }),
      )
    await all[0]!.session.login(tokens(1))
    await pass(2 * 60 * minuteMs)
    expect(all[0]!.endpoint.sent).toEqual(['refresh-1', 'refresh-2'])
    expect(all.map(({ session }) => session.getSnapshot().status)).toEqual(Array(4).fill('active'))
  })

  it('does not ask in step with the others: chance moves it within the window (32)', async () => {
    const times = new Set<number>()
    for (let n = 0; n < 5; n++) {
      const one = await idle()
      const loginAt = Date.now()
      await pass(61 * minuteMs)
      times.add(one.endpoint.asked[0]!.at - loginAt)
      one.session.dispose()
    }
    expect(times.size).toBeGreaterThan(1)
    expect(Math.min(...times)).toBeGreaterThanOrEqual(59 * minuteMs)
    expect(Math.max(...times)).toBeLessThanOrEqual(59 * minuteMs + 5_000)
  })

  it('chance makes no renewal late: a token of twenty seconds is renewed within its last four (32)', async () => {
    const random = jest.spyOn(Math, 'random').mockReturnValue(0.99)
    const one = await idle({}, { expires_in: 20 })
    await pass(17_500)
    random.mockRestore()
    expect(one.endpoint.asked.length).toBe(1)
  })

  it('keeps to the cool-down of an outage, and goes on when it is over (25, 32)', async () => {
    const one = await idle()
    one.endpoint.always({ status: 500 })
    await pass(61 * minuteMs)
    const during = one.endpoint.asked.length
    expect(during).toBeGreaterThan(2)
    expect(during).toBeLessThan(12)
    one.endpoint.always({ body: tokens(2) })
    await pass(minuteMs)
    expect([one.endpoint.asked.length, one.session.getSnapshot().lastError]).toEqual([during + 1, undefined])
  })

  it('does not repeat what is set up wrongly (26, 32)', async () => {
    const one = await idle()
    one.endpoint.always({ status: 401, body: { error: 'invalid_client' } })
    await pass(2 * 60 * minuteMs)
    expect(one.endpoint.asked.length).toBe(1)
    expect(one.onLoginRequired).not.toHaveBeenCalled()
  })

  it.each<[string, object]>([
    ['of an unknown end', { expires_in: undefined }],
    ['without a refresh token', { refresh_token: undefined }],
  ])('leaves a token %s alone (31, 32)', async (_, given) => {
    const one = await idle({}, given)
    await pass(3 * 60 * minuteMs)
    expect([one.endpoint.asked.length, one.onLoginRequired.mock.calls.length]).toEqual([0, 0])
  })

  it('asks for no first access token of a stored session: the first request does (32, 33)', async () => {
    const store = memoryStore()
    const issuedAt = Date.now()
    void store.set({
      format: 1,
      sessionId: 'ada',
      version: 1,
      tokens: { refreshToken: 'refresh-1' },
      issuedAt,
    })
    const { session, http, endpoint } = bench({ renewInBackground: true, store })
    await pass(60 * minuteMs)
    expect([session.getSnapshot().status, endpoint.asked.length]).toEqual(['active', 0])
    await http.get('/me')
    expect(endpoint.sent).toEqual(['refresh-1'])
  })

  it('does not end a session whose refresh token is past its end while the token lives (24, 32)', async () => {
    const one = await idle({}, { refresh_expires_in: 60 })
    await pass(59.9 * minuteMs)
    expect([one.endpoint.asked.length, one.onLoginRequired.mock.calls.length]).toEqual([0, 0])
  })

  it('stops at a logout and at dispose (29, 37)', async () => {
    const one = await idle()
    const other = await idle({ store: storageStore(mapStorage()) })
    await one.session.logout()
    other.session.dispose()
    expect(jest.getTimerCount()).toBe(0)
    await pass(2 * 60 * minuteMs)
    expect([one.endpoint.asked, other.endpoint.asked]).toEqual([[], []])
    expect(elapsed()).toBeGreaterThan(0)
  })
})

it.each<unknown>(['yes', 1, null])('renewInBackground: %p is refused at once', (renewInBackground) => {
  expect(() => bench({ renewInBackground: renewInBackground as boolean })).toThrow(
    /^Expected `renewInBackground` to be true or false, got /,
  )
})
