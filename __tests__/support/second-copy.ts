import type * as Package from 'tokenflight/axios'

/** The package loaded once more, as where one bundle holds its ESM and another its CJS build. */
export function secondCopy(): typeof Package {
  let copy: typeof Package | undefined
  jest.isolateModules(() => {
    copy = jest.requireActual<typeof Package>('tokenflight/axios')
  })
  if (!copy) throw new Error('Expected a copy')
  return copy
}
