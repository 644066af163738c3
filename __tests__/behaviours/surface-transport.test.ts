/** The port that every adapter is built on, for a transport of the app's own that leaves out what it may. */
import type { TransportRequest } from 'tokenflight'
import { useBench } from '../support/bench.js'
import { pass, useFakeClock } from '../support/fake-clock.js'
import { tokens } from '../support/token-endpoint-double.js'

const { bench } = useBench()
useFakeClock()

describe('a transport with nothing but what it needs', () => {
  const challenge = { 'www-authenticate': 'Bearer error="insufficient_scope"' }
  interface Answer {
    readonly authorization: string | undefined
    readonly status: number
  }

  function requestOf(statuses: number[], more: object = {}): TransportRequest<Answer> {
    const statusOf = (outcome: unknown): number => (outcome as Answer).status
    return {
      method: 'GET',
      url: 'https://api.example.com/me',
      isOneShot: false,
      dispatch: async (authorization) => ({ authorization, status: statuses.shift() ?? 200 }),
      settled: statusOf,
      answerOf: (outcome) => ({
        status: statusOf(outcome),
        headers: statusOf(outcome) === 403 ? challenge : {},
        json: async () => undefined,
      }),
      aborted: () => new Error('aborted'),
      ...more,
    }
  }

  it('has its 401 replayed, and gets a 403 as it came (12, 13)', async () => {
    const { session } = bench()
    await session.login(tokens(1))
    const port = session.openTransport({ baseUrl: () => 'https://api.example.com' })
    expect(await port.send(requestOf([401]))).toEqual({ authorization: 'Bearer access-2', status: 200 })
    expect(await port.send(requestOf([403]))).toEqual({ authorization: 'Bearer access-2', status: 403 })
  })

  it('is rejected when its time is over while it is held (10)', async () => {
    const { session, endpoint } = bench()
    endpoint.always('never')
    await session.login(tokens(1, { expires_in: 0 }))
    const port = session.openTransport({ baseUrl: () => 'https://api.example.com' })
    const refused = port.send(requestOf([], { timeoutMs: 1_000 })).then(
      () => 'answered',
      () => 'rejected',
    )
    await pass(1_000)
    expect(await refused).toBe('rejected')
    expect(session.getSnapshot().held).toBe(0)
    session.dispose()
  })
})
