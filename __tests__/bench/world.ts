import { AxiosError, type AxiosAdapter, type AxiosResponse } from 'axios'

/** What the token endpoint says. */
export interface Granted {
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_in: number
}

/** How an API and a token endpoint behave. */
export interface WorldOptions {
  /** How long an access token lives, in seconds. Default an hour. */
  readonly expiresIn?: number
  /** Time passes here on the way to the API and back, and to the token endpoint and back. Default: none does. */
  readonly wire?: Readonly<Record<'api' | 'token', () => Promise<void>>> | undefined
  /** True: an access token dies when its time is over. Default: only when it is killed. */
  readonly expires?: boolean
}

/** What the servers saw. */
export interface Counts {
  answers: number
  refusals: number
  grants: number
}

/**
 * An API and a token endpoint in this process. Every column of the bench sends to one of these, so that all of
 * them do the same work, and what they did is counted here and not by them.
 */
export class World {
  readonly counts: Counts = { answers: 0, refusals: 0, grants: 0 }
  readonly baseUrl = 'https://api.example.com'
  readonly tokenEndpoint = 'https://auth.example.com/token'
  /** What the first login brings. */
  readonly first: Granted
  readonly #options: WorldOptions
  #held: Promise<void> | undefined
  #letGo: (() => void) | undefined
  #accepted = ''
  #endsAt = Infinity
  #minted = 0

  constructor(options: WorldOptions = {}) {
    this.#options = options
    this.first = this.#mint()
  }

  /** From now on the API refuses the current access token, and grants wait until they are released. */
  kill(): void {
    this.#accepted = ''
    this.#held = new Promise((resolve) => (this.#letGo = resolve))
  }

  /** The token endpoint answers what it was asked, and from now on at once. */
  release(): void {
    this.#held = undefined
    this.#letGo?.()
  }

  /** The token endpoint, as a function. */
  readonly grant = async (): Promise<Granted> => {
    this.counts.grants += 1
    const { wire } = this.#options
    if (wire) await wire.token()
    if (this.#held) await this.#held
    const granted = this.#mint()
    if (wire) await wire.token()
    return granted
  }

  /** The token endpoint, for what asks it over fetch. */
  readonly tokenFetch = async (): Promise<Response> => Response.json(await this.grant())

  /** The API, for axios: as its own adapters do it, but at once. */
  readonly adapter: AxiosAdapter = async (config) => {
    const { wire } = this.#options
    if (wire) await wire.api()
    const status = this.#judge(config.headers.get('Authorization') as string | undefined)
    if (wire) await wire.api()
    const response = { status, statusText: '', headers: {}, data: body, config, request: undefined }
    if (!config.validateStatus || config.validateStatus(status)) return response
    const message = `Request failed with status code ${status}`
    throw new AxiosError(message, AxiosError.ERR_BAD_REQUEST, config, undefined, response as AxiosResponse)
  }

  /** The API, for fetch: reads what it is asked as fetch does, and answers at once. */
  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { headers } = new Request(input, init)
    const { wire } = this.#options
    if (wire) await wire.api()
    const status = this.#judge(headers.get('Authorization') ?? undefined)
    if (wire) await wire.api()
    return new Response(status === 401 ? null : body, { status })
  }

  #judge(authorization: string | undefined): number {
    if (this.#options.expires && Date.now() >= this.#endsAt) this.#accepted = ''
    const isGood = this.#accepted !== '' && authorization === this.#accepted
    if (isGood) this.counts.answers += 1
    else this.counts.refusals += 1
    return isGood ? 200 : 401
  }

  /** A JWT without a meaning to the API, for the clients that look into theirs. */
  #mint(): Granted {
    const { expiresIn = 3600 } = this.#options
    const iat = Math.floor(Date.now() / 1000)
    const jti = (this.#minted += 1)
    const claims = { sub: 'ada', iss: this.tokenEndpoint, iat, exp: iat + expiresIn, jti }
    const token = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) => encode(part)).join('.')
    const access_token = `${token}.${'s'.repeat(43)}`
    this.#accepted = `Bearer ${access_token}`
    this.#endsAt = Date.now() + expiresIn * 1000
    return { access_token, refresh_token: `refresh-${jti}`, expires_in: expiresIn }
  }
}

const body = '{"id":1}'

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
