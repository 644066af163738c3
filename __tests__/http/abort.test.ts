import { reasonOf } from '../../src/http/abort.js'

test('an abort without a reason, as React Native has it, is told as fetch tells it (10)', () => {
  const { signal } = new AbortController()
  expect(reasonOf(Object.create(signal, { reason: { value: undefined } }))).toMatchObject({
    name: 'AbortError',
    message: 'The request was aborted',
  })
})
