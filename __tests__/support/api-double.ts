import { AxiosError, type AxiosAdapter, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios'

/** One request as it reached the API. */
export interface SeenRequest {
  readonly index: number
  readonly path: string
  readonly authorization: string | undefined
}

/** What the API says. */
export interface ApiReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** An API without a socket, given to axios as its adapter: a token in `dead` gets a 401, as does no token. */
export class ApiDouble {
  readonly requests: SeenRequest[] = []
  readonly dead = new Set<string>()
  /** May be replaced in the middle of a test; the answer may wait for a deferred. */
  answer: (request: SeenRequest) => ApiReply | Promise<ApiReply> = (request) => this.judge(request)

  readonly adapter: AxiosAdapter = async (config) => {
    const authorization = config.headers.get('Authorization') as string | null | undefined
    const { pathname } = new URL(config.url ?? '/', config.baseURL)
    const request = {
      index: this.requests.length + 1,
      path: pathname,
      authorization: authorization ?? undefined,
    }
    this.requests.push(request)
    return settle(await this.answer(request), config)
  }

  judge({ authorization, path }: SeenRequest): ApiReply {
    const token = authorization?.replace(/^Bearer /, '')
    const isGood = token !== undefined && !this.dead.has(token)
    return isGood ? { status: 200, body: { path, token } } : { status: 401, body: { refused: true } }
  }

  /** The Authorization headers that arrived, in order. */
  get authorizations(): (string | undefined)[] {
    return this.requests.map(({ authorization }) => authorization)
  }

  /** The paths that arrived with `token`, in order. */
  pathsWith(token: string): string[] {
    return this.requests
      .filter(({ authorization }) => authorization === `Bearer ${token}`)
      .map(({ path }) => path)
  }
}

function settle({ status, headers = {}, body }: ApiReply, config: InternalAxiosRequestConfig): AxiosResponse {
  const response = { status, statusText: '', headers, data: body, config, request: {} }
  if (!config.validateStatus || config.validateStatus(status)) return response
  const code = status < 500 ? AxiosError.ERR_BAD_REQUEST : AxiosError.ERR_BAD_RESPONSE
  throw new AxiosError(
    `Request failed with status code ${status}`,
    code,
    config,
    response.request,
    response as AxiosResponse,
  )
}
