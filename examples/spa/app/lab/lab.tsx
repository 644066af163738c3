import type { ReactNode } from 'react'
import type { Counts, Sight } from '../../server/tally.js'
import { basePath, version } from '../servers.js'
import { loadInAllTabs } from './all-tabs.js'
import { act, setFaults, useLabState } from './lab-state.js'

/** Break things, and see what the servers count. It knows the session no more than you do. */
export function Lab() {
  const state = useLabState()
  return (
    <>
      <Strip counts={state?.counts} />
      <aside className="lab" id="lab" aria-label="Laboratory">
        <Controls outage={state?.faults.outage ?? false} slow={state?.faults.slow ?? false} />
        <section aria-labelledby="counted">
          <div className="lab-head">
            <h2 id="counted">What the servers counted</h2>
            <button className="link" onClick={() => void act('reset')}>
              From zero
            </button>
          </div>
          <Tiles counts={state?.counts} />
        </section>
        <section aria-labelledby="saw">
          <h2 id="saw">What they saw</h2>
          <Sights sights={state?.sights ?? []} />
        </section>
      </aside>
    </>
  )
}

function Controls({ outage, slow }: { readonly outage: boolean; readonly slow: boolean }) {
  const openTab = (): void => void open(basePath, '_blank')
  return (
    <section aria-labelledby="break">
      <h2 id="break">
        Break it <span className="badge">{version}</span>
      </h2>
      <div className="controls">
        <Action label="Kill the access token" hint="dead at once, whatever its expiry says">
          <button className="button" onClick={() => void act('kill')}>
            Kill
          </button>
        </Action>
        <Action label="Load in every tab" hint="all at the same moment, like a laptop that wakes">
          <button className="button" onClick={loadInAllTabs}>
            Load
          </button>
        </Action>
        <Action label="A second tab" hint="of the same login">
          <button className="button" onClick={openTab}>
            Open
          </button>
        </Action>
        <Action label="Authorization server down" hint="it answers 503">
          <Toggle label="Authorization server down" isOn={outage} set={(on) => setFaults({ outage: on })} />
        </Action>
        <Action label="Slow network" hint="a second and a half more each way">
          <Toggle label="Slow network" isOn={slow} set={(on) => setFaults({ slow: on })} />
        </Action>
        <Action label="Revoke the login" hint="the refresh token is worth nothing now">
          <button className="button danger" onClick={() => void act('revoke')}>
            Revoke
          </button>
        </Action>
      </div>
    </section>
  )
}

function Action(props: { readonly label: string; readonly hint: string; readonly children: ReactNode }) {
  return (
    <div className="action">
      <div>
        <p>{props.label}</p>
        <p className="hint">{props.hint}</p>
      </div>
      {props.children}
    </div>
  )
}

function Toggle(props: {
  readonly label: string
  readonly isOn: boolean
  readonly set: (on: boolean) => Promise<void>
}) {
  return (
    <button
      className="toggle"
      role="switch"
      aria-checked={props.isOn}
      aria-label={props.label}
      onClick={() => void props.set(!props.isOn)}
    />
  )
}

/** `isBad`: every single one of these is one too many. */
const tiles: readonly { key: keyof Counts; label: string; short: string; isBad?: true }[] = [
  { key: 'grants', label: 'Grants', short: 'grants' },
  { key: 'requests', label: 'Requests', short: 'req.' },
  { key: 'unauthorized', label: '401s', short: '401s' },
  { key: 'lost', label: 'Lost', short: 'lost', isBad: true },
  { key: 'twice', label: 'Done twice', short: 'twice', isBad: true },
  { key: 'reuse', label: 'Token reused', short: 'reuse', isBad: true },
]

function Tiles({ counts }: { readonly counts: Counts | undefined }) {
  return (
    <dl className="tiles">
      {tiles.map(({ key, label, isBad }) => (
        <div
          key={key}
          className="tile"
          data-count={key}
          data-bad={(isBad && counts && counts[key] > 0) || undefined}
        >
          <dt>{label}</dt>
          <dd>{counts?.[key] ?? '–'}</dd>
        </div>
      ))}
    </dl>
  )
}

/** The same figures at the top of a small screen, where the laboratory itself is far below. */
function Strip({ counts }: { readonly counts: Counts | undefined }) {
  return (
    <a className="strip" href="#lab" aria-label="To the laboratory">
      {tiles.map(({ key, short, isBad }) => (
        <span key={key} data-bad={(isBad && counts && counts[key] > 0) || undefined}>
          <b>{counts?.[key] ?? '–'}</b> {short}
        </span>
      ))}
    </a>
  )
}

function Sights({ sights }: { readonly sights: readonly Sight[] }) {
  if (sights.length === 0) return <p className="hint">Nothing yet.</p>
  return (
    <div className="sights" role="log" aria-label="What the servers saw" tabIndex={0}>
      <ol>
        {[...sights].reverse().map(({ id, at, text, tone, times }) => (
          <li key={id} data-tone={tone}>
            <time>{new Date(at).toLocaleTimeString('en-GB')}</time>
            <span>{text}</span>
            {times > 1 && <b>×{times}</b>}
          </li>
        ))}
      </ol>
    </div>
  )
}
