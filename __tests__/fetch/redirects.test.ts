import { failOnLeaks } from '../support/no-leaks.js'
import { worlds, type SignedIn } from './signed-in.js'

failOnLeaks()
const begin = worlds()

/** An API that sends everyone on to a stranger. */
async function sentOn(
  choices: Parameters<typeof begin>[0] = {},
): Promise<SignedIn & { stranger: Awaited<ReturnType<SignedIn['server']>> }> {
  const one = await begin(choices)
  const stranger = await one.server(() => ({ status: 401, body: 'stranger' }))
  one.api.script = () => ({ status: 302, headers: { location: `${stranger.origin}/there` } })
  return { ...one, stranger }
}

test('5 followed to another origin, Authorization stays behind and a 401 from there renews nothing', async () => {
  const { send, stranger, auth } = await sentOn()
  const response = await send('/me')
  expect([response.status, response.redirected, await response.text()]).toEqual([401, true, 'stranger'])
  expect(stranger.authorizations).toEqual([undefined])
  expect(auth.counts.asked).toBe(0)
})

test('5 a header of another name goes along, as fetch itself decides: this limit is in the README', async () => {
  const { send, stranger } = await sentOn({ session: { headerName: 'X-Api-Token', authScheme: '' } })
  await send('/me')
  expect(stranger.requests[0]?.headers['x-api-token']).toMatch(/^at-/)
})

test("5 with redirect: 'manual' nothing of ours goes anywhere", async () => {
  const { send, stranger } = await sentOn({ session: { headerName: 'X-Api-Token', authScheme: '' } })
  const response = await send('/me', { redirect: 'manual' })
  expect(response.status).toBe(302)
  expect(stranger.count()).toBe(0)
})

test("5 with redirect: 'error' it rejects as fetch does", async () => {
  const { send, stranger } = await sentOn()
  await expect(send('/me', { redirect: 'error' })).rejects.toMatchObject({ name: 'TypeError' })
  expect(stranger.count()).toBe(0)
})
