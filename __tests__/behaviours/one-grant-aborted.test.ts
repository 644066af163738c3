/** Behaviour 10: who gives up leaves alone, at once. */
import { getEventListeners } from 'node:events'
import axios, { AxiosError } from 'axios'
import { attachSession } from 'tokenflight/axios'
import { deferred } from '../support/deferred.js'
import { failOnLeaks } from '../support/no-leaks.js'
import { apiThatAccepts, rejectionOf, settled } from '../support/scripted-api.js'
import { stopClock, tokens, watchSessions } from '../support/watched-sessions.js'

failOnLeaks()
stopClock()
const { open } = watchSessions()

async function signedIn() {
  const granted = deferred<ReturnType<typeof tokens>>()
  const refresh = jest.fn(() => granted.promise)
  const api = apiThatAccepts('new')
  const instance = api.create()
  const session = open({ refresh })
  attachSession(instance, session)
  await session.login(tokens('old'))
  return {
    api,
    instance,
    session,
    refresh,
    granted,
    expire: () => jest.setSystemTime(Date.now() + 3_600_000),
  }
}

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

it('an aborted request leaves the hold at once, and the grant goes on for the others (10)', async () => {
  const { api, instance, session, refresh, granted, expire } = await signedIn()
  expire()
  const controller = new AbortController()
  const leaving = rejectionOf(instance.get('/leaving', { signal: controller.signal }))
  const staying = instance.get('/staying')
  await settled()
  expect(session.getSnapshot().held).toBe(2)
  controller.abort()
  expect(axios.isCancel(await leaving)).toBe(true)
  expect(session.getSnapshot().held).toBe(1)
  expect(listeners(controller.signal)).toBe(0)
  granted.resolve(tokens('new'))
  expect((await staying).status).toBe(200)
  expect(api.sent.map(({ url }) => url)).toEqual(['/staying'])
  expect(refresh).toHaveBeenCalledTimes(1)
})

it('one that waits with its 401 leaves as a cancelled request and is not sent again (10)', async () => {
  const { api, instance, session, granted } = await signedIn()
  const controller = new AbortController()
  const leaving = rejectionOf(instance.get('/leaving', { signal: controller.signal }))
  await settled()
  expect(api.sent).toHaveLength(1)
  controller.abort()
  const error = await leaving
  expect(error).toMatchObject({ code: AxiosError.ERR_CANCELED, config: { url: '/leaving' } })
  expect(listeners(controller.signal)).toBe(0)
  granted.resolve(tokens('new'))
  await settled()
  expect(api.sent).toHaveLength(1)
  expect(await session.getAccessToken()).toBe('new')
})

it('a CancelToken works as a signal does (10)', async () => {
  const { api, instance, granted, expire } = await signedIn()
  expire()
  const source = axios.CancelToken.source()
  const leaving = rejectionOf<Error>(instance.get('/leaving', { cancelToken: source.token }))
  await settled()
  source.cancel('changed my mind')
  const error = await leaving
  expect(axios.isCancel(error)).toBe(true)
  expect(error.message).toBe('changed my mind')
  granted.resolve(tokens('new'))
  await settled()
  expect(api.sent).toEqual([])
})

it('the grant goes on even where all who waited have left, and what it brings is kept (10)', async () => {
  const { instance, session, refresh, granted, expire } = await signedIn()
  expire()
  const controller = new AbortController()
  const { signal } = controller
  const left = Promise.all([
    rejectionOf(instance.get('/me', { signal })),
    rejectionOf(session.getAccessToken({ signal })),
    rejectionOf(session.refresh({ signal })),
  ])
  await settled()
  controller.abort()
  await left
  expect(session.getSnapshot()).toMatchObject({ status: 'refreshing', held: 0 })
  expect(listeners(signal)).toBe(0)
  granted.resolve(tokens('new'))
  await settled()
  expect(await session.getAccessToken()).toBe('new')
  expect(refresh).toHaveBeenCalledTimes(1)
})

it("axios's timeout also bounds the hold, and its error is axios's own (10)", async () => {
  const { api, instance, session, granted, expire } = await signedIn()
  expire()
  const told = jest.fn<void, [AxiosError]>()
  void instance.get('/hurried', { timeout: 1_000 }).catch(told)
  void instance.get('/named', { timeout: 1_000, timeoutErrorMessage: 'too slow' }).catch(told)
  const clarify = { transitional: { clarifyTimeoutError: true } }
  void instance.get('/clear', { timeout: 1_000, ...clarify }).catch(told)
  const patient = instance.get('/patient')
  await jest.advanceTimersByTimeAsync(999)
  expect(told).not.toHaveBeenCalled()
  await jest.advanceTimersByTimeAsync(1)
  expect(told.mock.calls.map(([{ code, message }]) => [code, message])).toEqual([
    [AxiosError.ECONNABORTED, 'timeout of 1000ms exceeded'],
    [AxiosError.ECONNABORTED, 'too slow'],
    [AxiosError.ETIMEDOUT, 'timeout of 1000ms exceeded'],
  ])
  expect(told.mock.calls.every(([error]) => axios.isAxiosError(error))).toBe(true)
  expect(session.getSnapshot().held).toBe(1)
  granted.resolve(tokens('new'))
  await patient
  expect(api.sent.map(({ url }) => url)).toEqual(['/patient'])
})

describe.each(['getAccessToken', 'refresh'] as const)('%s with a signal', (method) => {
  it("rejects with the signal's own reason, at once; the others get their token (10)", async () => {
    const { session, granted, expire } = await signedIn()
    expire()
    const controller = new AbortController()
    const reason = new Error('navigated away')
    const leaving = rejectionOf(session[method]({ signal: controller.signal }))
    const staying = session.getAccessToken()
    await settled()
    controller.abort(reason)
    expect(await leaving).toBe(reason)
    expect(listeners(controller.signal)).toBe(0)
    granted.resolve(tokens('new'))
    expect(await staying).toBe('new')
  })

  it('that has aborted already rejects and starts nothing (10)', async () => {
    const { session, refresh, expire } = await signedIn()
    expire()
    const reason = new Error('gone before')
    expect(await rejectionOf(session[method]({ signal: AbortSignal.abort(reason) }))).toBe(reason)
    await settled()
    expect(refresh).not.toHaveBeenCalled()
  })

  it('of a runtime whose signals have no reason rejects with an AbortError (10)', async () => {
    const { session, refresh, expire } = await signedIn()
    expire()
    const [before, during] = [signalWithoutReason(), signalWithoutReason()]
    before.abort()
    const errors = [before, during].map(({ signal }) => rejectionOf<Error>(session[method]({ signal })))
    await settled()
    expect(refresh).toHaveBeenCalledTimes(1)
    during.abort()
    for (const error of await Promise.all(errors)) {
      expect(error).toBeInstanceOf(Error)
      expect(error.name).toBe('AbortError')
    }
  })

  it('leaves no listener on it where the token came (10)', async () => {
    const { session, granted, expire } = await signedIn()
    expire()
    const { signal } = new AbortController()
    const waiting = session[method]({ signal })
    await settled()
    expect(listeners(signal)).toBe(1)
    granted.resolve(tokens('new'))
    await waiting
    expect(listeners(signal)).toBe(0)
  })
})

/** As React Native has them. */
function signalWithoutReason(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController()
  Object.defineProperty(controller.signal, 'reason', { value: undefined })
  return { signal: controller.signal, abort: () => controller.abort() }
}
