/** Where the servers are, as the web server wrote it into the page. */
interface Addresses {
  readonly issuer: string
  readonly apiOrigin: string
  readonly clientId: string
  /** Where this version of the app lives: `/before/` or `/after/`. */
  readonly basePath: string
}

const written = document.getElementById('servers')?.textContent ?? ''

export const { issuer, apiOrigin, clientId, basePath } = JSON.parse(written) as Addresses

/** Where codes and refresh tokens become access tokens. */
export const tokenEndpoint = `${issuer}/token`

/** Which of the two versions of the app this is. */
export const version = basePath.slice(1, -1) as 'before' | 'after'
