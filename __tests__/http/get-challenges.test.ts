import { getChallenges } from 'tokenflight'

const headers = { 'WWW-Authenticate': 'Bearer error=invalid_token' }
const challenge = { scheme: 'Bearer', parameters: { error: 'invalid_token' } }

/** An error with so many more around it. */
function wrapped(times: number, inner: object): unknown {
  return times === 0 ? inner : new Error('wrapped', { cause: wrapped(times - 1, inner) })
}

describe('the challenges of an answer (13)', () => {
  test.each<[where: string, given: unknown]>([
    ['an answer', { headers }],
    ['an error with an answer', { response: { headers } }],
    ['the cause of an error', wrapped(1, { response: { headers } })],
    ['the sixteenth of a chain of errors', wrapped(15, { headers })],
  ])('are found in %s', (_where, given) => {
    expect(getChallenges(given)).toMatchObject([challenge])
  })

  test('in a circle of causes, sixteen are looked at', () => {
    let looks = 0
    const circle = {
      get cause(): unknown {
        looks++
        return looks < 100 ? circle : undefined
      },
    }
    expect(getChallenges(circle)).toEqual([])
    expect(looks).toBe(16)
  })

  test.each<[where: string, given: unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a string', 'Bearer'],
    ['an error without an answer', new Error('x')],
    ['an answer without the header', { headers: {} }],
    ['an answer without any headers', { response: {} }],
    ['the seventeenth of a chain of errors', wrapped(16, { headers })],
    [
      'an error whose getter throws',
      {
        get response() {
          throw new Error('no')
        },
      },
    ],
  ])('are none in %s', (_where, given) => {
    expect(getChallenges(given)).toEqual([])
  })
})
