import { credentialOf } from './state.js'
import { Exchange } from './exchange.js'
import type { Terms } from './terms.js'
import { isLoginRequired } from '../errors.js'
import { reasonOf } from '../http/abort.js'
import type { TokenSet } from '../tokens.js'
import type { TransportRequest } from './transport.js'

/**
 * What the app asks of the session itself waits like a request and in the same order: its "dispatch" is to be
 * given what there is at that moment.
 */
function asRequest<T>(signal: AbortSignal | undefined, give: () => T): TransportRequest<T> {
  return {
    method: '',
    url: '',
    isOneShot: false,
    signal,
    dispatch: async () => give(),
    settled: () => undefined,
    answerOf: () => ({ status: 0, headers: undefined, json: async () => undefined }),
    aborted: () => reasonOf(signal),
  }
}

/** A token that can be used now; undefined where nobody is signed in, or the session ends meanwhile. */
export async function askToken(terms: Terms, signal?: AbortSignal): Promise<string | undefined> {
  mustBeWanted(signal)
  const { core, renewal } = terms
  const token = (): string | undefined => credentialOf(core.state)?.tokens.accessToken
  const exchange = new Exchange({ ...terms, asksFor: 'token' }, asRequest(signal, token))
  // What may be had unseen is looked for first: whoever asks for a token wants one.
  const isUnseen = renewal.mayAppear(core.state)
  const refusal = isUnseen ? renewal.require('first') : undefined
  if (refusal) throw refusal
  try {
    return await (isUnseen ? exchange.wait() : exchange.begin())
  } catch (error) {
    if (isLoginRequired(error)) return undefined
    throw error
  }
}

/** Renews now, or joins the renewal that is on its way. */
export async function renew(terms: Terms, signal?: AbortSignal): Promise<void> {
  mustBeWanted(signal)
  if (terms.core.state.status === 'loading') await momentOf(terms, signal).wait()
  // Made before the renewal starts: what its listeners do must not change who asks.
  const moment = momentOf(terms, signal)
  const refusal = terms.renewal.demand()
  if (refusal) throw refusal
  return moment.wait()
}

/** The token set as it is; after the first look into the store where that is not done. */
export async function tokensOf(terms: Terms): Promise<TokenSet | undefined> {
  if (terms.core.state.status === 'loading')
    await momentOf(terms)
      .wait()
      .catch(() => {})
  return credentialOf(terms.core.state)?.tokens
}

/** Waits until the session lets those who wait go on, or tells them why not. */
export function momentOf(terms: Terms, signal?: AbortSignal): Exchange<void> {
  return new Exchange(
    { ...terms, asksFor: 'renewal' },
    asRequest(signal, () => {}),
  )
}

/** A caller that has gone starts nothing. */
function mustBeWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw reasonOf(signal)
}
