import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useSession } from '../auth.js'
import { ask } from '../calls.js'
import { Outcome } from './order.js'

interface CoverAnswer {
  readonly name: string
  readonly bytes: number
}

/** An upload with its progress. */
export function CoverPage() {
  const { api } = useSession()
  const queries = useQueryClient()
  const [progress, setProgress] = useState(0)
  const upload = useMutation({
    mutationFn: (form: FormData) => {
      const onUploadProgress = ({ progress = 0 }: { progress?: number }): void => setProgress(progress)
      return ask((call) => api.post<CoverAnswer>('/covers', form, { ...call, onUploadProgress }))
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['widget'] }),
  })
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    setProgress(0)
    upload.mutate(new FormData(event.currentTarget))
  }
  const { data } = upload
  return (
    <section className="narrow">
      <h1>Upload a cover</h1>
      <p className="muted">A file in a form, with its progress.</p>
      <form className="card form" onSubmit={submit}>
        <label>
          Cover
          <input type="file" name="cover" required />
        </label>
        <progress value={progress} aria-label="Upload" />
        <button className="button primary" disabled={upload.isPending}>
          {upload.isPending ? `Sending … ${Math.round(progress * 100)} %` : 'Upload'}
        </button>
      </form>
      <Outcome
        error={upload.error}
        done={data && `${data.name} is in: ${data.bytes.toLocaleString('en')} bytes.`}
      />
    </section>
  )
}
