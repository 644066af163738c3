/** What an access or refresh token says in this world: `u1.1-a2` is user u1, login 1, the second access token. */
export interface ReadToken {
  readonly user: string
  readonly login: number
  readonly kind: 'a' | 'r'
  readonly number: number
}

/** Reads a token of the {@link TokenServer}. */
export function readToken(token: string): ReadToken {
  const [, user = '', login, kind, number] = /^(u\d+)\.(\d+)-([ar])(\d+)$/.exec(token) ?? []
  if (!user) throw new Error(`"${token}" is no token of this world`)
  return { user, login: Number(login), kind: kind as 'a' | 'r', number: Number(number) }
}

interface Login {
  readonly user: string
  issued: number
  isRevoked: boolean
}

/** A token response as it goes over the wire. */
export interface Issued {
  readonly access_token: string
  readonly refresh_token?: string
  readonly expires_in?: number
  readonly subject: string
}

/** What the server is like. */
export interface ServerOptions {
  /** Seconds; absent: the server does not say. */
  readonly expiresIn: number | undefined
  /** How long a spent refresh token is forgiven. */
  readonly graceMs: number
}

/** A real rotating token server: it remembers what was spent, and whoever sends that again loses the login. */
export class TokenServer {
  readonly #options: ServerOptions
  readonly #now: () => number
  readonly #logins: Login[] = []
  readonly #spentAt = new Map<string, number>()
  readonly #dead = new Set<string>()
  readonly #issued: string[] = []
  readonly #expiry = new Map<string, number>()

  constructor(options: ServerOptions, now: () => number) {
    this.#options = options
    this.#now = now
  }

  /** How many users there have been. */
  get users(): number {
    return this.#logins.length
  }

  /** A user signs in. `user` absent: someone new. */
  signIn(user = `u${this.#logins.length + 1}`): Issued {
    const login = this.#logins.push({ user, issued: 0, isRevoked: false })
    return this.#issue(login, true)
  }

  /** The grant; undefined: invalid_grant. */
  grant(refreshToken: string, rotates: boolean): Issued | undefined {
    const { login } = readToken(refreshToken)
    const found = this.#logins[login - 1] as Login
    const spentAt = this.#spentAt.get(refreshToken)
    const isReused = spentAt !== undefined && this.#now() - spentAt >= this.#options.graceMs
    if (isReused) found.isRevoked = true
    if (found.isRevoked) return undefined
    if (rotates && spentAt === undefined) this.#spentAt.set(refreshToken, this.#now())
    return this.#issue(login, rotates)
  }

  /** The login is over. */
  revoke(refreshToken: string): void {
    const { login } = readToken(refreshToken)
    ;(this.#logins[login - 1] as Login).isRevoked = true
  }

  /** Every access token that was given so far is refused from now on. */
  expireAll(): void {
    for (const token of this.#issued) this.#dead.add(token)
  }

  accepts(accessToken: string | undefined): boolean {
    if (accessToken === undefined || this.#dead.has(accessToken)) return false
    return this.#now() < (this.#expiry.get(accessToken) ?? Infinity)
  }

  #issue(login: number, rotates: boolean): Issued {
    const found = this.#logins[login - 1] as Login
    const number = ++found.issued
    const { expiresIn } = this.#options
    const accessToken = `${found.user}.${login}-a${number}`
    this.#issued.push(accessToken)
    if (expiresIn !== undefined) this.#expiry.set(accessToken, this.#now() + expiresIn * 1000)
    return {
      access_token: accessToken,
      ...(rotates && { refresh_token: `${found.user}.${login}-r${number}` }),
      ...(expiresIn !== undefined && { expires_in: expiresIn }),
      subject: found.user,
    }
  }
}
