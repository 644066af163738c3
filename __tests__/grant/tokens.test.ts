import { readTokens, type TokenContext } from '../../src/tokens.js'

const sentAt = 1_000_000
const receivedAt = 1_005_000
const context: TokenContext = { sentAt, receivedAt, accessTokenExpected: true, authScheme: 'Bearer' }

const read = (answer: unknown, more: Partial<TokenContext> = {}) =>
  readTokens(answer, { ...context, ...more })

const accessToken = 'Expected `access_token` or `accessToken` to be a non-empty string of visible ASCII, got'
const refreshToken = 'Expected `refresh_token` to be a string, got'

describe('what is no token response is told in one sentence, without what was in it (23, 36)', () => {
  it.each<[answer: unknown, sentence: string]>([
    [undefined, 'Expected a token response, got undefined'],
    [null, 'Expected a token response, got null'],
    ['', 'Expected a token response, got an empty string'],
    ['access-1', 'Expected a token response, got string'],
    [5, 'Expected a token response, got number'],
    [{}, `${accessToken} undefined`],
    [{ access_token: null }, `${accessToken} undefined`],
    [{ accessToken: null }, `${accessToken} null`],
    [{ access_token: '' }, `${accessToken} an empty string`],
    [{ access_token: 'a b' }, `${accessToken} string`],
    [{ access_token: 5 }, `${accessToken} number`],
    [{ access_token: 'a', refresh_token: 5 }, `${refreshToken} number`],
    [{ access_token: 'a', refreshToken: {} }, `${refreshToken} object`],
  ])('%j', (answer, sentence) => {
    expect(read(answer)).toBe(sentence)
  })

  it('a bad access_token is one even where it is expected to be a cookie', () => {
    expect(read({ accessToken: '' }, { accessTokenExpected: false })).toBe(`${accessToken} an empty string`)
  })
})

describe('a token of a type that is no bearer token is not sent as one (23)', () => {
  const sentence = (type: string): string =>
    `Expected \`token_type\` to be Bearer, or \`authScheme\` to be set, got ${type}`

  it.each(['dpop', 'DPoP', 'pop', 'mac', 'MAC', 'N_A'])('%s', (token_type) => {
    const answer = { access_token: 'a', token_type }
    expect(read(answer)).toBe(sentence(token_type))
    expect(read(answer, { authScheme: 'bearer' })).toBe(sentence(token_type))
    expect(read({ accessToken: 'a', tokenType: token_type })).toBe(sentence(token_type))
  })

  it.each(['Bearer', 'JWT', 'popular', 'xmac', ['mac'], 5, '', null])('%p passes', (token_type) => {
    expect(read({ access_token: 'a', token_type })).toMatchObject({ accessToken: 'a' })
  })

  it.each(['DPoP', 'XBearer', 'BearerX', '', undefined])('with authScheme %p it passes', (authScheme) => {
    expect(read({ access_token: 'a', token_type: 'DPoP' }, { authScheme })).toMatchObject({
      tokenType: 'DPoP',
    })
  })

  it('without an access token nothing is sent with it', () => {
    expect(read({ token_type: 'DPoP' }, { accessTokenExpected: false })).toMatchObject({ tokenType: 'DPoP' })
  })
})

describe('a member that is no text, or blank, says nothing (23)', () => {
  it.each([5, {}, ''])('%j', (odd) => {
    const previous = { tokenType: 'Bearer', scope: 'read', idToken: 'e30.e30.sig', subject: 'ada' }
    const answer = { access_token: 'a', token_type: odd, scope: odd, id_token: odd, subject: odd }
    expect(read(answer, { previous })).toMatchObject(previous)
  })

  it('a blank expires_in', () => {
    expect(read({ access_token: 'a', expires_in: ' ' })).toMatchObject({ expiresAt: undefined })
  })
})

describe('each member is read in the spelling of OAuth and in camelCase (23)', () => {
  const oauth = {
    access_token: 'a',
    token_type: 'Bearer',
    refresh_token: 'r',
    expires_in: 60,
    scope: 'read',
    id_token: 'i',
  }
  const camelCase = {
    accessToken: 'a',
    tokenType: 'Bearer',
    refreshToken: 'r',
    expiresIn: 60,
    scope: 'read',
    idToken: 'i',
  }
  it.each<[answer: object, refreshTokenLivesIn: object]>([
    [oauth, { refresh_expires_in: 90 }],
    [oauth, { refresh_token_expires_in: 90 }],
    [camelCase, { refreshExpiresIn: 90 }],
    [camelCase, { refreshTokenExpiresIn: 90 }],
  ])('%j, with %j', (answer, refreshTokenLivesIn) => {
    expect(read({ ...answer, ...refreshTokenLivesIn })).toEqual({
      accessToken: 'a',
      tokenType: 'Bearer',
      refreshToken: 'r',
      expiresAt: sentAt + 60_000,
      refreshTokenExpiresAt: sentAt + 90_000,
      scope: 'read',
      idToken: 'i',
      subject: undefined,
    })
  })
})
