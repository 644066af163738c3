import { AxiosError } from 'axios'
import * as first from 'tokenflight/axios'
import { failOnLeaks } from '../support/no-leaks.js'
import { secondCopy } from '../support/second-copy.js'

failOnLeaks()

const second = secondCopy()

type Package = typeof first
const kinds: [
  name: string,
  make: (copy: Package) => Error & { code: string },
  guard: (copy: Package) => (error: unknown) => boolean,
][] = [
  [
    'ERR_LOGIN_REQUIRED',
    ({ LoginRequiredError }) => new LoginRequiredError('refused'),
    (copy) => copy.isLoginRequired,
  ],
  [
    'ERR_REFRESH_UNAVAILABLE',
    ({ RefreshUnavailableError }) => new RefreshUnavailableError('network'),
    (copy) => copy.isRefreshUnavailable,
  ],
  [
    'ERR_REFRESH_CONFIGURATION',
    ({ RefreshConfigurationError }) => new RefreshConfigurationError('x'),
    (copy) => copy.isRefreshConfiguration,
  ],
  [
    'ERR_SESSION_CHANGED',
    ({ SessionChangedError }) => new SessionChangedError(),
    (copy) => copy.isSessionChanged,
  ],
  [
    'ERR_STEP_UP_REQUIRED',
    ({ StepUpRequiredError }) => new StepUpRequiredError({ scheme: 'bearer', parameters: {} }),
    (copy) => copy.isStepUpRequired,
  ],
  [
    'ERR_BODY_NOT_REPLAYABLE',
    ({ BodyNotReplayableError }) => new BodyNotReplayableError(),
    (copy) => copy.isBodyNotReplayable,
  ],
]

describe.each(kinds)('%s', (code, make, guard) => {
  it('has a literal name and code, and is a SessionError and an Error', () => {
    const error = make(first)
    expect(error).toBeInstanceOf(first.SessionError)
    expect(error).toBeInstanceOf(Error)
    expect([error.code, error.name]).toEqual([code, error.constructor.name])
    expect(error.message.length).toBeGreaterThan(20)
  })

  it('is known by its guard, and by no other', () => {
    for (const [other, , is] of kinds) expect(is(first)(make(first))).toBe(other === code)
  })

  it('is known by the guard of another copy of the package', () => {
    expect(make(second)).not.toBeInstanceOf(first.SessionError)
    expect([guard(first)(make(second)), guard(second)(make(first))]).toEqual([true, true])
  })

  it('is known through causes: inside an AxiosError, and inside what the app wraps around that', () => {
    const error = make(second)
    const rejected = Object.assign(new AxiosError(error.message, error.code), { cause: error })
    expect(guard(first)(rejected)).toBe(true)
    expect(
      guard(first)(new Error('page failed', { cause: new Error('load failed', { cause: rejected }) })),
    ).toBe(true)
    expect(first.getSessionError(rejected)).toBe(error)
  })
})

it.each<[string, unknown]>([
  ['undefined', undefined],
  ['null', null],
  ['a string', 'ERR_LOGIN_REQUIRED'],
  ['a number', 5],
  ['a plain error', new Error('ERR_LOGIN_REQUIRED')],
  ['an axios error of its own', new AxiosError('x', 'ERR_NETWORK')],
  ['another code', { code: 'ERR_BAD_REQUEST' }],
  ['a code that only ends like ours', { code: 'APP_ERR_LOGIN_REQUIRED' }],
])('%s is none of ours', (_, value) => {
  expect(first.getSessionError(value)).toBeUndefined()
  for (const [, , guard] of kinds) expect(guard(first)(value)).toBe(false)
})

it('a circle of causes ends the search', () => {
  const one = new Error('one')
  const two = new Error('two', { cause: one })
  one.cause = two
  expect(first.isLoginRequired(one)).toBe(false)
})

it('a chain of causes is followed for sixteen errors', () => {
  const wrapped = (times: number): unknown =>
    times === 0
      ? new first.LoginRequiredError('refused')
      : new Error('wrapped', { cause: wrapped(times - 1) })
  expect([15, 16].map((times) => first.isLoginRequired(wrapped(times)))).toEqual([true, false])
})
