import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { useSession } from '../auth.js'
import { ask } from '../calls.js'
import { useDraft } from '../draft.js'

interface Draft {
  readonly title: string
  readonly copies: string
  readonly note: string
}

/** A form that posts. What was typed is kept until the order is in. */
export function OrderPage() {
  const { api } = useSession()
  const queries = useQueryClient()
  const [draft, setDraft] = useDraft<Draft>('order', { title: '', copies: '1', note: '' })
  const order = useMutation({
    mutationFn: () => ask((call) => api.post<{ id: number }>('/orders', draft, call)),
    onSuccess: () => {
      setDraft(undefined)
      return queries.invalidateQueries({ queryKey: ['widget'] })
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    order.mutate()
  }
  const set = (change: Partial<Draft>): void => setDraft({ ...draft, ...change })
  return (
    <section className="narrow">
      <h1>Order a book</h1>
      <p className="muted">One order, however often it has to be sent.</p>
      <form className="card form" onSubmit={submit}>
        <label>
          Title
          <input value={draft.title} onChange={(event) => set({ title: event.target.value })} required />
        </label>
        <label>
          Copies
          <input
            type="number"
            min="1"
            value={draft.copies}
            onChange={(event) => set({ copies: event.target.value })}
            required
          />
        </label>
        <label>
          Note
          <textarea rows={3} value={draft.note} onChange={(event) => set({ note: event.target.value })} />
        </label>
        <button className="button primary" disabled={order.isPending}>
          {order.isPending ? 'Sending …' : 'Place the order'}
        </button>
      </form>
      <Outcome error={order.error} done={order.data && `Order ${order.data.id} is in.`} />
    </section>
  )
}

/** What came of it, said aloud. */
export function Outcome({
  error,
  done,
}: {
  readonly error: Error | null
  readonly done: string | undefined
}) {
  return (
    <div role="status">
      {done && <p className="notice good">{done}</p>}
      {error && <p className="notice bad">Not done: {error.message}</p>}
    </div>
  )
}
