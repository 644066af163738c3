/** What a browser does with cookies, as far as the example needs it: Node has no jar of its own. */
export class CookieJar {
  /** By name and path: two cookies of one name may be meant for two places (RFC 6265 §5.3). */
  readonly #cookies = new Map<
    string,
    { readonly name: string; readonly value: string; readonly path: string }
  >()

  /** The names of the cookies, for a look inside. */
  get names(): string[] {
    return [...this.#cookies.values()].map(({ name }) => name)
  }

  /** `fetch` with `credentials: 'include'`. */
  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    const cookies = this.#for(new URL(request.url).pathname)
    if (cookies) request.headers.set('Cookie', cookies)
    const response = await fetch(request)
    for (const cookie of response.headers.getSetCookie()) this.#keep(cookie)
    return response
  }

  #keep(cookie: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
    const path = /; path=([^;]*)/i.exec(cookie)?.[1] ?? '/'
    const expires = /; expires=([^;]*)/i.exec(cookie)?.[1]
    // How a server takes one back: it has expired.
    if (expires && Date.parse(expires) <= Date.now()) this.#cookies.delete(`${name} ${path}`)
    else this.#cookies.set(`${name} ${path}`, { name, value, path })
  }

  #for(pathname: string): string {
    const sent = [...this.#cookies.values()].filter(({ path }) => pathname.startsWith(path))
    return sent.map(({ name, value }) => `${name}=${value}`).join('; ')
  }
}
