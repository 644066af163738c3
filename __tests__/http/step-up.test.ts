import { covers, joined } from '../../src/http/step-up-union.js'
import { stepUpRequest, union, type StepUpRequest } from '../../src/http/step-up.js'

const asking = (parameters: Record<string, string>, scope?: string): StepUpRequest =>
  stepUpRequest({ scheme: 'Bearer', parameters }, scope)

describe('what a challenge asks for (13)', () => {
  test.each<[max_age: string, maxAge: number | undefined]>([
    ['60', 60],
    ['0', 0],
    ['60s', undefined],
    ['-60', undefined],
    ['', undefined],
  ])('a max_age of %j is %p', (max_age, maxAge) => {
    expect(asking({ max_age }).maxAge).toBe(maxAge)
  })

  test('no max_age is none', () => expect(asking({}).maxAge).toBeUndefined())

  test('scopes are joined as a set, whatever spaces are between them', () => {
    expect(union('read  write', undefined, ' write admin ')).toBe('read write admin')
    expect(union('', undefined)).toBeUndefined()
  })
})

describe('two at once (13)', () => {
  const gold = asking({ acr_values: 'gold', max_age: '300' }, 'read')

  test('are one request for both: all scopes, and the shorter age', () => {
    const both = { acrValues: 'gold', maxAge: 60, scope: 'read write' }
    expect(joined(gold, asking({ max_age: '60', scope: 'write' }))).toMatchObject(both)
    expect(joined(asking({ max_age: '60', scope: 'read' }), gold)).toMatchObject({ ...both, scope: 'read' })
    expect(joined(asking({}), asking({})).maxAge).toBeUndefined()
  })

  test('that want different authentication contexts are not: the first one’s is asked for', () => {
    expect(joined(gold, asking({ acr_values: 'silver', scope: 'write' }))).toBe(gold)
  })

  test.each<[own: Record<string, string>, isEnough: boolean]>([
    [{}, true],
    [{ acr_values: 'gold' }, true],
    [{ acr_values: 'silver' }, false],
    [{ max_age: '300' }, true],
    [{ max_age: '600' }, true],
    [{ max_age: '60' }, false],
    [{ scope: 'read' }, true],
    [{ scope: 'write' }, false],
  ])('where gold, 300 s and read are being asked for, %j has to wait no further: %p', (own, isEnough) => {
    expect(covers(gold, asking(own))).toBe(isEnough)
  })
})
