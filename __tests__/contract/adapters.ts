import { Readable } from 'node:stream'
import axios from 'axios'
import { attachSession, type IsUnauthorized, type Session } from 'tokenflight/axios'
import { createFetch, getSessionError } from 'tokenflight/fetch'

/** One request, in words that every client has. */
export interface Sent {
  readonly method?: string
  readonly url: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly skipSession?: boolean
}

/** An HTTP answer; every status is one. */
export interface Answer {
  readonly status: number
  readonly body: string
  readonly headers: unknown
}

/** A client that keeps a session. It rejects only where its caller gets no answer. */
export interface Client {
  send(request: Sent): Promise<Answer>
}

/** What its set-up takes. */
export interface Connection {
  readonly baseUrl: string
  readonly isUnauthorized?: IsUnauthorized
}

/** All in which axios and fetch may differ. */
export interface Adapter {
  readonly name: string
  connect(session: Session, connection: Connection): Client
  /** The 401 that a rejection carries. */
  answerIn(error: unknown): { readonly status: number } | undefined
  /** Whether a caller who aborted is told in the adapter's own way. */
  isAbort(error: unknown, signal: AbortSignal): boolean
  /** A body that can be read only once. */
  oneShot(text: string): unknown
}

const viaAxios: Adapter = {
  name: 'axios',
  connect(session, { baseUrl, isUnauthorized }) {
    const instance = axios.create({ baseURL: baseUrl, validateStatus: () => true, transformResponse: [] })
    attachSession(instance, session, { isUnauthorized })
    return {
      async send({ body, ...request }) {
        const { status, data, headers } = await instance.request({ ...request, data: body })
        return { status, body: String(data), headers }
      },
    }
  },
  answerIn: (error) => (axios.isAxiosError(error) ? error.response : undefined),
  isAbort: (error) => axios.isCancel(error),
  oneShot: (text) => Readable.from([Buffer.from(text)]),
}

/** Also where the tests of fetch alone begin. */
export const viaFetch: Adapter = {
  name: 'fetch',
  connect(session, connection) {
    const send = createFetch(session, connection)
    return {
      async send({ url, ...init }) {
        const response = await send(url, { ...init, duplex: 'half' } as RequestInit)
        return { status: response.status, body: await response.text(), headers: response.headers }
      },
    }
  },
  answerIn: (error) => getSessionError(error)?.response,
  isAbort: (error, signal) => error === signal.reason,
  oneShot: (text) => new Blob([text]).stream(),
}

/** The same cases are put to each of them. */
export const adapters: readonly Adapter[] = [viaAxios, viaFetch]
