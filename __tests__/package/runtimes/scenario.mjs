// One scenario for every runtime: what it returns is what the test compares.

/**
 * @param {typeof import('tokenflight/fetch')} tokenflight the packed package
 * @param {{ origin: string, stranger: string, tokenEndpoint: string, tokens: object }} world where the servers are
 */
export async function scenario({ createFetch, createSession, isBodyNotReplayable, isLoginRequired }, world) {
  let logins = 0
  const session = createSession({
    refresh: { tokenEndpoint: world.tokenEndpoint, clientId: 'demo-spa' },
    onLoginRequired: () => void logins++,
  })
  const api = createFetch(session, { baseUrl: world.origin })
  const tell = (what) => api(`/${what}`, { skipSession: true }).then((response) => response.text())
  await session.login(world.tokens)
  const found = {}

  await tell('expire')
  const storm = await Promise.all(Array.from({ length: 10 }, (_, n) => api(`/storm/${n}`)))
  found.storm = storm.map(({ status }) => status).join()

  const text = 'häuser & straßen'
  const bodies = {
    string: () => api('/echo', { method: 'POST', body: text }),
    blob: () => api('/echo', { method: 'POST', body: new Blob([text]) }),
    bytes: () => api('/echo', { method: 'POST', body: new TextEncoder().encode(text) }),
    request: () => api(new Request(`${world.origin}/echo`, { method: 'POST', body: text })),
    override: () => api(new Request(`${world.origin}/echo`, { method: 'POST', body: 'x' }), { body: text }),
  }
  for (const [kind, send] of Object.entries(bodies)) {
    await tell('expire')
    const response = await send()
    found[kind] = [response.status, (await response.text()) === text].join()
  }

  await tell('expire')
  const body = new Blob([text]).stream()
  const once = await api('/echo', { method: 'POST', body, duplex: 'half' })
  found.stream = [once.status, isBodyNotReplayable(once), (await api('/after')).status].join()

  const used = new Request(`${world.origin}/echo`, { method: 'POST', body: text })
  await used.text()
  found.used = await api(used).then(
    () => 'sent',
    (error) => error.name,
  )

  await tell('expire')
  const controller = new AbortController()
  const stays = api('/stays')
  const stop = session.on(({ type }) => type === 'grant' && controller.abort(new RangeError('mine')))
  const left = api('/leaves', { signal: controller.signal })
  found.abort = await left.then(
    () => 'answered',
    (error) => error.name,
  )
  found.stays = (await stays).status
  stop()

  // To another origin, which answers with the Authorization header that reached it.
  const elsewhere = await api(`/redirect?to=${encodeURIComponent(`${world.stranger}/`)}`)
  found.redirect = await elsewhere.text()

  await tell('revoke')
  const error = await api('/me').then(
    () => undefined,
    (reason) => reason,
  )
  found.over = [isLoginRequired(error), error?.response?.status, logins, (await api('/me')).status].join()
  session.dispose()
  return found
}
