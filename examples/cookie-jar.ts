/** What a browser does with cookies, as far as the example needs it: Node has no jar of its own. */
export class CookieJar {
  readonly #cookies = new Map<string, { readonly value: string; readonly path: string }>()

  /** The names of the cookies, for a look inside. */
  get names(): string[] {
    return [...this.#cookies.keys()]
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
    this.#cookies.set(name, { value, path: /; path=([^;]*)/i.exec(cookie)?.[1] ?? '/' })
  }

  #for(pathname: string): string {
    const sent = [...this.#cookies].filter(([, { path }]) => pathname.startsWith(path))
    return sent.map(([name, { value }]) => `${name}=${value}`).join('; ')
  }
}
