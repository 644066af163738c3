/** The words of every error: they say what happened, what the server said, and what to do. */
import {
  BodyNotReplayableError,
  LoginRequiredError,
  RefreshConfigurationError,
  RefreshUnavailableError,
  SessionChangedError,
  StepUpRequiredError,
  type SessionError,
} from 'tokenflight'

const oauth = { error: 'invalid_grant', errorDescription: 'It is spent' }
const login = 'Sign in again and call session.login().'
const later = 'The session is kept; try again later.'

const errors: [make: () => SessionError, words: string][] = [
  [() => new LoginRequiredError('refused'), `The server refused to renew the session. ${login}`],
  [() => new LoginRequiredError('refresh_token_expired'), `The refresh token has expired. ${login}`],
  [() => new LoginRequiredError('no_refresh_token'), `There is no refresh token to renew with. ${login}`],
  [() => new LoginRequiredError('no_session'), `Nobody is signed in. ${login}`],
  [
    () => new LoginRequiredError('refused', { oauth }),
    `The server refused to renew the session (invalid_grant, It is spent). ${login}`,
  ],
  [
    () => new RefreshUnavailableError('network'),
    `The token was not renewed: no answer came, see \`cause\`. ${later}`,
  ],
  [
    () => new RefreshUnavailableError('timeout', { hint: 'Pass `signal` on.' }),
    `The token was not renewed: it took longer than refreshTimeoutMs. ${later} Pass \`signal\` on.`,
  ],
  [
    () => new RefreshUnavailableError('server', { status: 503 }),
    `The token was not renewed: the token endpoint cannot answer now (HTTP 503). ${later}`,
  ],
  [
    () => new RefreshUnavailableError('malformed', { status: 200 }),
    `The token was not renewed: what came is no token response (HTTP 200). ${later}`,
  ],
  [
    () => new RefreshUnavailableError('lock'),
    `The token was not renewed: another tab or session held the lock too long. ${later}`,
  ],
  [
    () => new RefreshUnavailableError('store'),
    `The token was not renewed: the token store could not be read. ${later}`,
  ],
  [
    () => new RefreshUnavailableError('vault'),
    `The token was not renewed: the vault withheld the refresh token. ${later}`,
  ],
  [
    () =>
      new RefreshConfigurationError('Check `clientId`.', { status: 400, oauth: { error: 'invalid_client' } }),
    'The token request is not set up right (HTTP 400, invalid_client). Check `clientId`.',
  ],
  [
    () => new RefreshConfigurationError('Check `scope`.'),
    'The token request is not set up right. Check `scope`.',
  ],
  [
    () => new SessionChangedError(),
    'The session changed while this request waited; it was not sent. Make it anew if it is still wanted.',
  ],
  [
    () => new StepUpRequiredError({ scheme: 'Bearer', parameters: { error: 'insufficient_scope' } }),
    'The API asks for more than this token gives (insufficient_scope). ' +
      'Sign in again with the scope, acr_values or max_age of its challenge.',
  ],
  [
    () => new BodyNotReplayableError(),
    'The API refused the token and the body can be read only once. Send the request again with a new body.',
  ],
]

it.each(errors.map(([make, words]) => [words, make] as const))('%j is the whole message', (words, make) => {
  expect(make().message).toBe(words)
})

it('the facts are members, and a cause is there only where there was one', () => {
  const cause = new Error('reset')
  expect(new LoginRequiredError('refused', { oauth, cause })).toMatchObject({
    reason: 'refused',
    oauth,
    cause,
  })
  expect(new RefreshConfigurationError('x', { status: 400, oauth, cause })).toMatchObject({
    status: 400,
    oauth,
    cause,
  })
  const detail = { status: 503, retryAfterMs: 5, cause }
  expect(new RefreshUnavailableError('server', detail)).toMatchObject({ ...detail, ambiguous: false })
  expect(new RefreshUnavailableError('server', { ambiguous: true })).toMatchObject({ ambiguous: true })
  expect('cause' in new RefreshUnavailableError('server')).toBe(false)
})
