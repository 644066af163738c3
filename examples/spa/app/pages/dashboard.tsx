import { useQueries, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '../auth.js'
import { ask } from '../calls.js'
import { Trend } from './trend.js'

interface WidgetAnswer {
  readonly value: string
  readonly note: string
  readonly trend: readonly number[]
}

const widgets = [
  ['revenue', 'Revenue'],
  ['orders', 'Orders'],
  ['visitors', 'Visitors'],
  ['basket', 'Basket'],
  ['bestseller', 'Best seller'],
  ['covers', 'Covers'],
  ['stock', 'Stock'],
  ['low', 'Running low'],
  ['returns', 'Returns'],
  ['deliveries', 'Deliveries'],
  ['reviews', 'Reviews'],
  ['questions', 'Questions'],
] as const

const keepLoadingMs = 2_000

/** Twelve widgets, each with a request of its own, all at once. */
export function Dashboard() {
  const { api } = useSession()
  const queries = useQueryClient()
  const [isKept, keep] = useState(false)
  const results = useQueries({
    queries: widgets.map(([name]) => ({
      queryKey: ['widget', name],
      queryFn: () => ask((call) => api.get<WidgetAnswer>(`/widgets/${name}`, call)),
      refetchInterval: isKept && keepLoadingMs,
    })),
  })
  const loadAll = (): void => void queries.invalidateQueries({ queryKey: ['widget'] })
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Today</h1>
          <Progress results={results} />
        </div>
        <label className="check">
          <input type="checkbox" checked={isKept} onChange={() => keep(!isKept)} /> Keep loading
        </label>
        <button className="button primary" onClick={loadAll}>
          Load all
        </button>
      </div>
      <div className="widgets">
        {widgets.map(([name, label], index) => (
          <Widget key={name} label={label} result={results[index]!} />
        ))}
      </div>
    </>
  )
}

type Result = UseQueryResult<WidgetAnswer>

function Progress({ results }: { readonly results: readonly Result[] }) {
  const states = results.map(stateOf)
  const count = (state: ReturnType<typeof stateOf>): number => states.filter((one) => one === state).length
  return (
    <p className="muted" role="status">
      {count('answered')} of {results.length} answered
      {count('waiting') > 0 && `, ${count('waiting')} on the way`}
      {count('failed') > 0 && `, ${count('failed')} failed`}
    </p>
  )
}

function stateOf({ isFetching, error }: Result): 'waiting' | 'failed' | 'answered' {
  if (isFetching) return 'waiting'
  return error ? 'failed' : 'answered'
}

function Widget({ label, result }: { readonly label: string; readonly result: Result }) {
  const { data, error, refetch } = result
  const state = stateOf(result)
  return (
    <article className="card widget" data-state={state} aria-busy={state === 'waiting'} aria-label={label}>
      <h2>{label}</h2>
      {state === 'failed' ? (
        <>
          <p className="note">{error?.message}</p>
          <button className="link" onClick={() => void refetch()}>
            Try again
          </button>
        </>
      ) : (
        <>
          <p className="value">{data?.value ?? '–'}</p>
          <p className="note">{data?.note ?? 'on its way'}</p>
          <Trend points={data?.trend} />
        </>
      )}
    </article>
  )
}
