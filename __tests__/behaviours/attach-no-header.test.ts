import axios from 'axios'
import { attachSession } from 'tokenflight/axios'
import { scriptedAdapter, useBench } from '../support/session-under-test.js'

const bench = useBench()
const own = 'Basic of-the-app'

test('where the token is a cookie, a default header of the app goes out as it is (2)', async () => {
  const subject = bench.session({ accessTokenIn: 'cookie' })
  await subject.session.login()
  const adapter = scriptedAdapter()
  const api = subject.instance({
    baseURL: 'https://api.example.com',
    adapter,
    headers: { Authorization: own },
  })
  await api.get('/me')
  expect(adapter.authorizations).toEqual([own])
})

test('to another origin too: what the session keeps its own from is otherwise untouched (1)', async () => {
  const subject = await bench.signedIn()
  const adapter = scriptedAdapter()
  const api = axios.create({ adapter, headers: { Authorization: own }, baseURL: 'https://api.example.com' })
  attachSession(api, subject.session)
  await api.get('https://elsewhere.example/me')
  expect(adapter.authorizations).toEqual([own])
})
