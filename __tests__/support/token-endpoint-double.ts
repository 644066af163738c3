import { Arrivals } from '../../examples/servers/arrivals.js'

/** One grant as it reached the token endpoint. */
export interface AskedGrant {
  /** Counts from 1. */
  readonly index: number
  /** By the clock of the test. */
  readonly at: number
  readonly url: string
  /** The form's refresh_token, null where there was none. */
  readonly refreshToken: string | null
  readonly text: string
  readonly headers: Headers
}

/** An answer; an object as `body` is sent as JSON. Status 200 where none is said. */
export interface GrantReply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object | string
}

/** What the endpoint does: answer, fail as a network does, or never answer. */
export type GrantAnswer = GrantReply | Error | 'never'

/** A token endpoint without a socket, given to the grant as its `fetch`: every grant is counted. */
export class TokenEndpointDouble {
  readonly url = 'https://auth.example.com/token'
  readonly asked: AskedGrant[] = []
  /** May be replaced in the middle of a test. Default: rotation, access-2 and refresh-2 for the first grant. */
  answer: (grant: AskedGrant) => GrantAnswer | Promise<GrantAnswer> = ({ index }) => ({
    body: tokens(index + 1),
  })
  readonly #arrivals = new Arrivals()

  readonly fetch: typeof fetch = async (url, init) => {
    const text = typeof init?.body === 'string' ? init.body : ''
    const grant = {
      index: this.asked.length + 1,
      at: Date.now(),
      url: url instanceof Request ? url.url : String(url),
      refreshToken: new URLSearchParams(text).get('refresh_token'),
      text,
      headers: new Headers(init?.headers),
    }
    this.asked.push(grant)
    this.#arrivals.add()
    return responseOf(await orAbort(this.answer(grant), init?.signal))
  }

  /** Resolves when so many grants have been asked for since the start. */
  reached(count: number): Promise<void> {
    return this.#arrivals.reached(count)
  }

  /** The refresh tokens that were sent, in order. */
  get sent(): (string | null)[] {
    return this.asked.map(({ refreshToken }) => refreshToken)
  }

  /** The same answer for whoever asks from now on. */
  always(answer: GrantAnswer): void {
    this.answer = () => answer
  }

  /** These answers in turn, the last one for ever. */
  inTurn(...answers: readonly GrantAnswer[]): void {
    const left = [...answers]
    this.answer = () => (left.length > 1 ? left.shift() : left[0]) ?? 'never'
  }
}

/** The `n`-th token response of a server that rotates. */
export function tokens(n: number, more: object = {}): { access_token: string; refresh_token: string } {
  return { access_token: `access-${n}`, refresh_token: `refresh-${n}`, ...{ expires_in: 3600 }, ...more }
}

async function orAbort(
  answer: GrantAnswer | Promise<GrantAnswer>,
  signal: AbortSignal | null | undefined,
): Promise<GrantReply> {
  let onAbort = (): void => {}
  const given = await new Promise<GrantAnswer>((resolve, reject) => {
    onAbort = () => reject(signal?.reason as Error)
    signal?.addEventListener('abort', onAbort)
    Promise.resolve(answer).then((value) => value !== 'never' && resolve(value), reject)
  }).finally(() => signal?.removeEventListener('abort', onAbort))
  if (given instanceof Error) throw given
  return given as GrantReply
}

function responseOf({ status = 200, headers, body }: GrantReply): Response {
  const isText = typeof body === 'string' || body === undefined
  return new Response(isText ? (body ?? null) : JSON.stringify(body), { status, ...(headers && { headers }) })
}
