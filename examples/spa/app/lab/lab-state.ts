import { useEffect, useState } from 'react'
import type { Faults } from '../../server/lab.js'
import type { Counts, Sight } from '../../server/tally.js'
import { clientId } from '../servers.js'

/** What the servers tell about themselves. */
export interface LabState {
  readonly counts: Counts
  readonly sights: readonly Sight[]
  readonly faults: Faults
}

/** What the servers have counted, as they count it; undefined until they have said so. */
export function useLabState(): LabState | undefined {
  const [state, setState] = useState<LabState>()
  useEffect(() => {
    const events = new EventSource(`/lab/events?client=${clientId}`)
    events.onmessage = ({ data }: MessageEvent<string>) => setState(JSON.parse(data) as LabState)
    return () => events.close()
  }, [])
  return state
}

/** Does something to the servers. */
export async function act(what: 'kill' | 'revoke' | 'reset'): Promise<void> {
  await fetch(`/lab/${what}?client=${clientId}`, { method: 'POST' })
}

/** Switches a fault on or off. */
export async function setFaults(faults: Partial<Faults>): Promise<void> {
  await fetch(`/lab/faults?client=${clientId}`, { method: 'POST', body: JSON.stringify(faults) })
}
