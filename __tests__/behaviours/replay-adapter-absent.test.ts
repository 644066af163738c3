import axios from 'axios'
import { refusingAdapter, useBench } from '../support/session-under-test.js'

const bench = useBench()
const { adapter } = axios.defaults
afterEach(() => void Object.assign(axios.defaults, { adapter }))

test.each([null, false])(
  'a request whose adapter is %s has axios’s default one, as without a session (16, 21)',
  async (absent) => {
    const subject = await bench.signedIn()
    const own = refusingAdapter('access-1')
    axios.defaults.adapter = own
    const api = subject.instance({ baseURL: 'https://api.example.com' })
    expect((await api.get('/me', { adapter: absent as never })).status).toBe(200)
    expect(own.authorizations).toStrictEqual(['Bearer access-1', 'Bearer access-2'])
  },
)
