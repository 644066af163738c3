import { useQuery } from '@tanstack/react-query'
import { useSession } from '../auth.js'
import { ask } from '../calls.js'
import { navigate, useRoute } from '../router.js'

interface ReportAnswer {
  readonly lines: readonly { readonly title: string; readonly copies: number; readonly revenue: number }[]
}

/** A report that waits for its turn at the server, and is told only then whether its token is still good. */
export function ReportPage() {
  const { api } = useSession()
  const quarter = new URLSearchParams(useRoute().split('?')[1]).get('quarter') ?? '1'
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['report', quarter],
    queryFn: () => ask((call) => api.get<ReportAnswer>('/report', { ...call, params: { quarter } })),
  })
  return (
    <section className="narrow">
      <h1>Report</h1>
      <p className="muted">It waits in a queue, and its token is looked at when its turn comes.</p>
      <div className="row">
        <label>
          Quarter
          <select value={quarter} onChange={({ target }) => navigate(`report?quarter=${target.value}`)}>
            {[1, 2, 3, 4].map((number) => (
              <option key={number}>{number}</option>
            ))}
          </select>
        </label>
        <button className="button primary" disabled={isFetching} onClick={() => void refetch()}>
          {isFetching ? 'Waiting …' : 'Run again'}
        </button>
      </div>
      {error && !isFetching && <p className="notice bad">Not done: {error.message}</p>}
      <div className="card table" aria-busy={isFetching}>
        <table>
          <thead>
            <tr>
              <th scope="col">Title</th>
              <th scope="col">Copies</th>
              <th scope="col">Revenue</th>
            </tr>
          </thead>
          <tbody>
            {data?.lines.map(({ title, copies, revenue }) => (
              <tr key={title}>
                <th scope="row">{title}</th>
                <td>{copies}</td>
                <td>€ {revenue.toLocaleString('en')}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {!data && <p className="muted">{isFetching ? 'Your turn comes soon …' : 'Nothing yet.'}</p>}
      </div>
    </section>
  )
}
