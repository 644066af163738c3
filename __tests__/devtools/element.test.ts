import { JSDOM } from 'jsdom'
import { createSession } from 'tokenflight'
import { defineDevtools, mountDevtools, type DevtoolsElement } from 'tokenflight/devtools'
import { tokens, watchSessions } from '../support/watched-sessions.js'

const { open } = watchSessions()
const names = [
  'window',
  'document',
  'HTMLElement',
  'customElements',
  'requestAnimationFrame',
  'cancelAnimationFrame',
  'getComputedStyle',
  'sessionStorage',
] as const

/** A page without layout, style sheets that can be constructed, locks or observers. */
function page(): Document {
  const { window } = new JSDOM('<!doctype html><body></body>', {
    url: 'https://app.example.com',
    pretendToBeVisual: true,
  })
  for (const name of names)
    Object.defineProperty(globalThis, name, {
      value: name === 'window' ? window : window[name],
      configurable: true,
      writable: true,
    })
  close = () => window.close()
  return window.document
}

let close: (() => void) | undefined

afterEach(() => {
  close?.()
  close = undefined
  for (const name of names) Reflect.deleteProperty(globalThis, name)
})

const someone = () => open({ refresh: async () => tokens('renewed') })
/** Two frames: what the first changed, the second has drawn. */
const frame = () =>
  new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))
const inside = (document: Document) => document.querySelector('tokenflight-devtools')?.shadowRoot

it('where there is no page, mounting does nothing', () => {
  expect(mountDevtools(someone())).toEqual(expect.any(Function))
  mountDevtools(someone())()
})

it('what is no session is refused at once', () => {
  expect(() => mountDevtools({} as never)).toThrow(
    'Expected `session` to be one of createSession, got object',
  )
})

it('it is put at the end of the body, and taken away again', async () => {
  const document = page()
  const unmount = mountDevtools(someone())
  expect(document.body.lastElementChild?.localName).toBe('tokenflight-devtools')
  await frame()
  expect(inside(document)?.querySelector('.state')?.textContent).toBe('Signed out')
  unmount()
  expect(document.body.children).toHaveLength(0)
})

it('it can be put elsewhere, twice, and by a name of one’s own', () => {
  const document = page()
  const parent = document.body.appendChild(document.createElement('aside'))
  const unmounts = [mountDevtools(someone(), { parent }), mountDevtools(someone(), { parent })]
  const Own = defineDevtools('my-devtools')
  expect(defineDevtools('my-devtools')).toBe(Own)
  parent.append(new Own())
  expect([...parent.children].map(({ localName }) => localName)).toEqual([
    'tokenflight-devtools',
    'tokenflight-devtools',
    'my-devtools',
  ])
  for (const unmount of unmounts) unmount()
})

it('an element that was written before it was defined takes the session that was set on it', async () => {
  const document = page()
  const element = document.body.appendChild(document.createElement('tokenflight-devtools')) as DevtoolsElement
  element.session = someone()
  await element.session.login(tokens('one'))
  defineDevtools()
  await frame()
  expect(inside(document)?.querySelector('.state')?.textContent).toBe('Signed in')
  element.remove()
})

it('another session takes the place of the first, and undefined leaves nothing', async () => {
  const document = page()
  const [first, second] = [someone(), someone()]
  await second.login({ ...tokens('two'), subject: 'grace' })
  const element = document.body.appendChild(new (defineDevtools())())
  element.session = first
  element.session = second
  await frame()
  expect(inside(document)?.querySelectorAll('.dock')).toHaveLength(1)
  expect(inside(document)?.querySelector('.who')?.textContent).toBe('grace · generation 1')
  element.session = undefined
  expect(inside(document)?.querySelectorAll('.dock')).toHaveLength(0)
})

it('an element that is moved draws on, and one that is taken out listens no more', async () => {
  const document = page()
  const session = someone()
  mountDevtools(session, { open: true })
  const element = document.querySelector('tokenflight-devtools') as DevtoolsElement
  document.body.append(document.createElement('hr'), element)
  await session.login(tokens('one'))
  await frame()
  expect(inside(document)?.querySelector('.state')?.textContent).toBe('Signed in')
  element.remove()
  await session.logout()
  await frame()
  expect(element.shadowRoot?.querySelectorAll('.dock')).toHaveLength(0)
})

it('a path that looks like HTML is shown as text', async () => {
  const document = page()
  const session = someone()
  mountDevtools(session, { open: true })
  const transport = session.openTransport({ baseUrl: () => 'https://api.example.com' })
  await transport.send({
    method: 'get',
    url: 'https://api.example.com/<img src=x>',
    isOneShot: false,
    dispatch: async () => 200,
    settled: () => 200,
    answerOf: () => ({ status: 200, headers: {}, json: async () => undefined }),
    aborted: () => undefined,
  })
  await frame()
  expect(inside(document)?.querySelectorAll('img')).toHaveLength(0)
  expect(inside(document)?.querySelector('.name')?.textContent).toBe('GET /<img src=x>')
})

it('it keeps no more requests than it is told to, and counts them all', async () => {
  const document = page()
  const session = someone()
  mountDevtools(session, { open: true, limit: 10 })
  const transport = session.openTransport({ baseUrl: () => 'https://api.example.com' })
  for (let count = 0; count < 300; count++)
    await transport.send({
      method: 'get',
      url: `https://api.example.com/${count}`,
      isOneShot: false,
      dispatch: async () => 200,
      settled: () => 200,
      answerOf: () => ({ status: 200, headers: {}, json: async () => undefined }),
      aborted: () => undefined,
    })
  await frame()
  const rows = [...(inside(document)?.querySelectorAll<HTMLElement>('.row') ?? [])].filter(
    ({ hidden }) => !hidden,
  )
  expect(Number(rows.at(-1)?.getAttribute('aria-setsize'))).toBeLessThanOrEqual(110)
  expect(rows.some(({ textContent }) => textContent?.startsWith('GET /299'))).toBe(true)
  expect(inside(document)?.querySelector('[data-count=requests]')?.textContent).toBe('300')
})

it('a problem is shown until it is dismissed, and still goes to the console', async () => {
  const spy = jest.spyOn(console, 'error').mockImplementation(() => {})
  const document = page()
  const session = createSession({
    refresh: async () => tokens('renewed'),
    store: { get: () => ({ junk: true }), set: () => {}, clear: () => {} },
  })
  mountDevtools(session, { open: true })
  await frame()
  const said = spy.mock.calls.map(([text]) => String(text))
  spy.mockRestore()
  const message = 'The token store holds something that is not a session; it counts as empty'
  expect(said).toEqual([`tokenflight: ${message}`])
  const notice = inside(document)?.querySelector<HTMLElement>('.notice')
  expect(notice?.textContent).toContain(message)
  notice?.querySelector('button')?.click()
  expect(notice?.hidden).toBe(true)
  session.dispose()
})
