import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { readBody } from '../../../examples/servers/messages.js'

/** An answer from behind, to be handed on. */
export interface Forwarded {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Hands a request on as it came and reads the whole answer. Once it is on its way it arrives, whoever leaves. */
export async function forward(incoming: IncomingMessage, target: URL): Promise<Forwarded> {
  const { method, headers } = incoming
  const body = incoming.readableEnded ? '' : await readBody(incoming)
  return new Promise((resolve, reject) => {
    const outgoing = ask(target, { method, headers: { ...headers, host: target.host } }, (answer) => {
      readBody(answer).then(
        (text) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: text }),
        reject,
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Answers with what came from behind. Does nothing where the client has gone. */
export function relay({ status, headers, body }: Forwarded, response: ServerResponse): void {
  if (!response.destroyed) response.writeHead(status, headers).end(body)
}
