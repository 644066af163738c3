import axios, {
  AxiosError,
  AxiosHeaders,
  type AxiosAdapter,
  type AxiosInstance,
  type AxiosResponse,
  type CreateAxiosDefaults,
  type InternalAxiosRequestConfig,
} from 'axios'

/** One request as it would have gone on the wire. */
export interface SentRequest {
  /** Counts what was sent, from 1. */
  readonly index: number
  readonly method: string
  /** As the caller wrote it. */
  readonly url: string
  readonly authorization: string | undefined
}

/** What the API says. Status 200 and an empty object where nothing is said. */
export interface ApiReply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export type ApiScript = (request: SentRequest) => ApiReply | Promise<ApiReply>

/** An API without a network: an adapter that answers as the test says, in microtasks alone, and keeps what it was sent. */
export class ScriptedApi {
  readonly sent: SentRequest[] = []
  /** May be replaced in the middle of a test. */
  script: ApiScript

  constructor(script: ApiScript) {
    this.script = script
  }

  /** The Authorization headers that were sent, in order. */
  get authorizations(): (string | undefined)[] {
    return this.sent.map(({ authorization }) => authorization)
  }

  /** An instance whose requests end here. */
  create(defaults: CreateAxiosDefaults = {}): AxiosInstance {
    return axios.create({ baseURL: 'https://api.test', adapter: this.adapter, ...defaults })
  }

  readonly adapter: AxiosAdapter = async (config) => {
    const { url = '', method = 'get' } = config
    const header = AxiosHeaders.from(config.headers).get('authorization')
    const authorization = typeof header === 'string' ? header : undefined
    const request = { index: this.sent.length + 1, method, url, authorization }
    this.sent.push(request)
    return answer(config, await this.script(request))
  }
}

/** An API that accepts these tokens alone, and says 401 to all else. */
export function apiThatAccepts(...tokens: readonly string[]): ScriptedApi {
  const accepted = tokens.map((token) => `Bearer ${token}`)
  return new ScriptedApi(({ authorization }) => ({
    status: accepted.includes(authorization ?? '') ? 200 : 401,
  }))
}

/** Lets everything happen that needs no more than microtasks. */
export function settled(): Promise<void> {
  return new Promise((nextTask) => setImmediate(nextTask))
}

/** What a promise was rejected with; fails where it was not. */
export async function rejectionOf<T = unknown>(promise: Promise<unknown>): Promise<T> {
  try {
    await promise
  } catch (error) {
    return error as T
  }
  throw new Error('Expected a rejection, got a value')
}

function answer(
  config: InternalAxiosRequestConfig,
  { status = 200, headers, body }: ApiReply,
): AxiosResponse {
  const response: AxiosResponse = {
    status,
    statusText: '',
    headers: new AxiosHeaders({ 'content-type': 'application/json', ...headers }),
    data: typeof body === 'string' ? body : JSON.stringify(body ?? {}),
    config,
    request: {},
  }
  if (!config.validateStatus || config.validateStatus(status)) return response
  const code = status < 500 ? AxiosError.ERR_BAD_REQUEST : AxiosError.ERR_BAD_RESPONSE
  throw new AxiosError(`Request failed with status code ${status}`, code, config, {}, response)
}
