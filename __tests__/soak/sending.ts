import { Readable } from 'node:stream'
import { isCancel, type AxiosError, type AxiosInstance } from 'axios'
import { getSessionError } from 'tokenflight'
import type { SessionFetch } from 'tokenflight/fetch'
import { faultOf, requestOf, type Outcome } from './plan.js'

/** The two ways of one tab. */
export interface Ways {
  readonly axios: AxiosInstance
  readonly fetch: SessionFetch
}

/** Makes requests by their ids, and says what came of each. */
export class Sending {
  /** How many settled in each way that was not planned; with what they failed. */
  readonly surprises = new Map<string, number>()
  /** Those that will hang can be called off. */
  readonly #hanging = new Map<number, AbortController>()

  /** The server has said that it will not answer this one. */
  callOff(id: number): void {
    this.#hanging.get(id)?.abort()
  }

  /** Never rejects. */
  async send(id: number, ways: Ways): Promise<Outcome> {
    const controller = faultOf(id) === 'hang' ? new AbortController() : undefined
    if (controller) this.#hanging.set(id, controller)
    const { via } = requestOf(id)
    try {
      return await (via === 'axios' ? viaAxios : viaFetch)(id, ways, controller?.signal)
    } catch (error) {
      return this.#outcomeOf(error, controller)
    } finally {
      this.#hanging.delete(id)
    }
  }

  #outcomeOf(error: unknown, controller: AbortController | undefined): Outcome {
    const code = getSessionError(error)?.code
    if (code === 'ERR_REFRESH_UNAVAILABLE') return 'unavailable'
    if (controller?.signal.aborted && (isCancel(error) || error === controller.signal.reason)) return 'hang'
    return ofFailure(error, code) ?? this.#surprise(error, code)
  }

  #surprise(error: unknown, code: string | undefined): Outcome {
    const text = `${code ?? ''} ${String(error)} ${String((error as Error).cause)}`.trim()
    this.surprises.set(text, (this.surprises.get(text) ?? 0) + 1)
    return 'wrong'
  }
}

async function viaAxios(id: number, ways: Ways, signal: AbortSignal | undefined): Promise<Outcome> {
  const { data } = await ways.axios.request<unknown>({
    url: `/r/${id}`,
    ...(signal && { signal }),
    ...axiosBody(id),
  })
  return ofAnswer(id, data)
}

async function viaFetch(id: number, ways: Ways, signal: AbortSignal | undefined): Promise<Outcome> {
  const response = await ways.fetch(`/r/${id}`, { ...(signal && { signal }), ...fetchBody(id) })
  const text = await response.text()
  if (response.status !== 200) return ofStatus(response.status)
  return ofAnswer(id, text.startsWith('{') ? JSON.parse(text) : text)
}

function axiosBody(id: number): object {
  const { kind } = requestOf(id)
  if (kind === 'get') return {}
  const headers = { 'content-type': 'application/json' }
  const text = `{"id":${id}}`
  // With redirects followed axios would keep a copy of a stream.
  if (kind === 'stream') return { method: 'post', headers, data: Readable.from([text]), maxRedirects: 0 }
  return { method: 'post', headers, data: text }
}

function fetchBody(id: number): RequestInit {
  const { kind } = requestOf(id)
  if (kind === 'get') return {}
  const text = `{"id":${id}}`
  if (kind === 'post') return { method: 'POST', body: text }
  return { method: 'POST', body: new Blob([text]).stream(), duplex: 'half' } as RequestInit
}

/** Each answer belongs to its own request. */
function ofAnswer(id: number, data: unknown): Outcome {
  if (typeof data === 'string' && data.startsWith('<')) return 'junk'
  return (data as { id?: number }).id === id ? 'ok' : 'wrong'
}

function ofStatus(status: number): Outcome {
  return status === 401 || status === 500 || status === 503 ? (`${status}` as Outcome) : 'wrong'
}

/** Without a session error of ours, or with the one that leaves the 401 to its caller: a body that is gone. */
function ofFailure(error: unknown, code: string | undefined): Outcome | undefined {
  if (code !== undefined && code !== 'ERR_BODY_NOT_REPLAYABLE') return undefined
  const { status } = (error as AxiosError).response ?? {}
  if (status) return ofStatus(status)
  return isReset(error) ? 'reset' : undefined
}

/** A connection that was cut, as axios tells it, and as fetch does. */
function isReset(error: unknown): boolean {
  const { code, cause } = error as { code?: string; cause?: { code?: string } }
  return [code, cause?.code].some((one) => one === 'ECONNRESET' || one === 'UND_ERR_SOCKET')
}
