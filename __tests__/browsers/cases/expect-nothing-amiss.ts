import type { Site } from '../site/site.js'
import type { World } from './world.js'

/**
 * What holds whatever happened: the API never saw a token of another user than the request was made for, answered
 * none twice, and in every tab all that was asked has settled and nothing went unhandled.
 */
export async function expectNothingAmiss({ site, tabs }: World, expected?: RegExp): Promise<void> {
  const answered = site.api.answered(200).map(({ path }) => path)
  expect(wrongUsers(site)).toEqual([])
  expect(answered.filter((path, index) => answered.indexOf(path) !== index)).toEqual([])
  const states = await Promise.all(tabs.map((tab) => tab.state()))
  expect(states.filter(({ pending }) => pending > 0)).toEqual([])
  expect(states.flatMap(({ problems }) => problems).filter((one) => !expected?.test(one))).toEqual([])
}

/** The requests, made as `/as/{user}/…`, that came with somebody else's token, dead or alive. */
function wrongUsers({ api, auth }: Site): string[] {
  return api.requests
    .map(({ path, authorization = '' }) => {
      const subject = auth.familyOf(authorization.replace('Bearer ', ''))?.subject
      return { path, subject, asked: path.split('/')[2] }
    })
    .filter(({ subject, asked }) => subject !== undefined && subject !== asked)
    .map(({ path, subject }) => `${path} with the token of ${subject}`)
}
