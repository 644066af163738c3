import type { IncomingMessage, ServerResponse } from 'node:http'

/** One request as a server saw it. */
export interface RecordedRequest {
  /** When it arrived, by `performance.now()`. */
  readonly at: number
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly authorization: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The body as text; empty until it has been read. */
  readonly body: string
  /** What it was answered with; undefined while it has no answer, and where it never gets one. */
  readonly status: number | undefined
}

/** A record that its server is still filling in. */
export type OpenRecord = { -readonly [Key in keyof RecordedRequest]: RecordedRequest[Key] }

/** Starts the record of a request, before its body is read: so records stand in the order of arrival. */
export function recordOf(request: IncomingMessage): OpenRecord {
  const { method = 'GET', url = '/', headers } = request
  return {
    at: performance.now(),
    method,
    path: url,
    authorization: headers.authorization,
    headers,
    body: '',
    status: undefined,
  }
}

/** Reads the whole body. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** The fields of a form or of a JSON object, whichever the content type says. */
export function readFields(body: string, contentType = ''): Readonly<Record<string, string>> {
  if (contentType.startsWith('application/json')) return JSON.parse(body || '{}') as Record<string, string>
  return Object.fromEntries(new URLSearchParams(body))
}

/** The value of one cookie of the request. */
export function cookieOf(request: IncomingMessage, name: string): string | undefined {
  const pairs = (request.headers.cookie ?? '').split('; ')
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
}

/** What a server says. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: object
}

/** Sends an answer as JSON. Does nothing where the client has gone. */
export function sendJson(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.destroyed) return
  const text = body ? JSON.stringify(body) : ''
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  })
  response.end(text)
}
