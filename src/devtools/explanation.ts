import { Admission, type AdmissionRenewal } from '../session/admission.js'
import { credentialOf, type Credential } from '../session/state.js'
import { duration, grantReasons } from './story.js'
import { Events } from '../session/events.js'
import type { Inside } from './inside.js'
import { OriginRule } from '../session/origin-rule.js'
import { originOf, pageBase } from '../http/origin.js'
import type { Probed } from './probe.js'
import type { RefreshReason } from '../grant/grant-options.js'
import type { Renewal } from '../session/renewal.js'
import type { TransportRequest } from '../session/transport.js'
import { windowsOf } from '../session/windows.js'

/** "GET https://api.example.com/me": without the query, which may hold secrets. */
export function addressOf({ method, url }: Probed): string {
  return `${method} ${url.replace(/[?#].*/s, '').replace(/^([a-z]+:\/\/)[^/]*@/i, '$1')}`
}

/** What would happen to it, after the request's name. */
export function sentenceOf(inside: Inside, probed: Probed): string {
  switch (probed.came) {
    case 'unattached':
      return probed.isOther
        ? 'would not be cared for by this session: another one is attached here.'
        : 'would go out as though there were no session: none is attached here.'
    case 'around':
      return `would be left alone by the session: ${around[probed.because]}.`
    case 'nowhere':
      return `would not be sent at all: ${(probed.error as Error | undefined)?.message ?? 'it was refused'}.`
    case 'toSession':
      return ofTransport(inside, probed.request, probed.base)
  }
}

const around = {
  skipSession: 'it says skipSession',
  auth: "it has axios's own `auth`",
  header: 'it brings a header of its own where the token would be',
}

/** The transport's own questions, in its order. */
function ofTransport(
  { core, renewal }: Inside,
  request: TransportRequest<unknown>,
  base: string | undefined,
): string {
  const { signal, url, isOneShot } = request
  if (core.isOwn(signal))
    return 'would go out without the token: it carries the signal of a renewal, and so is part of one.'
  const said: string[] = []
  const events = new Events((cause) => cause)
  events.on((event) => void (event.type === 'problem' && said.push(event.message)))
  if (!new OriginRule(core.settings, events).allows(url, base)) return elsewhere(url, base, said[0])
  if (signal?.aborted) return 'would not be sent: it is aborted already.'
  const dry = new DryRenewal(renewal)
  const admitted = new Admission(core, dry).admit(isOneShot)
  if (typeof admitted === 'object') return `would be rejected at once. ${admitted.message}`
  return admitted === 'hold' ? held({ core, renewal }, dry.started, isOneShot) : sent(core, dry.started)
}

/** Answers what the real one would, and starts nothing. */
class DryRenewal implements AdmissionRenewal {
  readonly #renewal: Renewal
  /** Why a renewal would start. */
  started: RefreshReason | undefined

  constructor(renewal: Renewal) {
    this.#renewal = renewal
  }

  get isCooling(): boolean {
    return this.#renewal.isCooling
  }

  mayAppear: AdmissionRenewal['mayAppear'] = (state) => this.#renewal.mayAppear(state)

  require: AdmissionRenewal['require'] = (reason) => {
    // Where it is refused, nobody asks for the reason.
    this.started = reason
    return this.#renewal.refusal()
  }

  ahead(): void {
    if (this.#renewal.mayGoAhead) this.started = 'ahead'
  }
}

function elsewhere(url: string, base: string | undefined, problem: string | undefined): string {
  if (problem) return `would go out without the token. ${problem}`
  const origin = originOf(url, pageBase())
  if (!origin) return 'would go out without the token: its address has no origin.'
  const own = base ? `, and requests here belong to ${originOf(base, pageBase()) ?? base}` : ''
  return `would go out without the token: ${origin} is not an allowed origin${own}. List it in allowedOrigins if it may have the token.`
}

function held({ core }: Inside, started: RefreshReason | undefined, isOneShot: boolean): string {
  const { state } = core
  if (state.status === 'loading') return 'would be held until the store has been read.'
  const once = isOneShot ? ', and its body can be read only once' : ''
  if (started === 'expired') return `would be held for a renewal: the token ${lifeOf(core)}.`
  if (started) return `would be held for a renewal: ${grantReasons[started]}${once}.`
  const { plan } = (state as Extract<typeof state, { status: 'refreshing' }>).flight
  return `would be held for the renewal that is on its way: ${grantReasons[plan.reason]}${once}.`
}

function sent(core: Inside['core'], started: RefreshReason | undefined): string {
  const { state, settings } = core
  if (!credentialOf(state)) return bare(state)
  const how = settings.accessTokenIn === 'cookie' ? 'with its cookie' : 'with the token'
  const life = `the token ${lifeOf(core)}`
  if (started) return `would go out at once ${how}, and renew it behind: ${life}.`
  if (state.status === 'refreshing')
    return `would go out at once ${how}, which is being renewed behind it: ${life}.`
  return `would go out at once ${how}: ${life}.`
}

function bare({ status, lastError }: Inside['core']['state']): string {
  const why = status === 'disposed' ? 'the session was disposed of' : 'nobody is signed in'
  return `would go out without a token: ${why}${lastError ? ` (${lastError.message})` : '.'}`
}

/** "has 14 s left", with the window that it is in. */
function lifeOf({ state, settings, vault }: Inside['core']): string {
  const credential = credentialOf(state) as Credential
  const { authorization, isRenewable } = credential
  const { expiresAt } = credential.tokens
  if (expiresAt === undefined) return authorization === '' ? 'is not known yet' : 'has no known end'
  const leftMs = expiresAt - settings.now()
  const [aheadMs, minValidityMs] = windowsOf(credential, expiresAt, settings)
  if (leftMs <= 0) return `ended ${duration(-leftMs)} ago`
  const left = `has ${duration(leftMs)} left`
  if (!isRenewable) return `${left} and cannot be renewed`
  if (leftMs <= minValidityMs) return `${left}, and below ${duration(minValidityMs)} it is not used`
  return leftMs <= aheadMs && !vault ? `${left}, and below ${duration(aheadMs)} it is renewed ahead` : left
}
