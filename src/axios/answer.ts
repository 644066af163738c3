import type { AxiosResponse } from 'axios'

/** The HTTP answer in what an adapter fulfilled or rejected with; undefined where there was none. */
export function responseOf(outcome: unknown): AxiosResponse | undefined {
  const { response, status } = (outcome ?? {}) as { response?: AxiosResponse; status?: unknown }
  if (outcome instanceof Error) return response
  return typeof status === 'number' ? (outcome as AxiosResponse) : response
}

/** Parses what stands before `transformResponse`: text, bytes, a Blob, or what an adapter has parsed already. */
export async function readBody(data: unknown): Promise<unknown> {
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data))
    return JSON.parse(new TextDecoder().decode(data))
  if (typeof Blob === 'function' && data instanceof Blob) return JSON.parse(await data.text())
  return typeof data === 'string' ? JSON.parse(data) : data
}

/** Behaviour 19: a body that is still to be read keeps its socket; this lets it go. */
export function release(data: unknown): void {
  const { destroy, cancel } = (data ?? {}) as { destroy?: () => void; cancel?: () => Promise<void> }
  if (typeof destroy === 'function') destroy.call(data)
  // A stream that is locked, or already read, refuses: then there is nothing to let go.
  else if (typeof cancel === 'function') void cancel.call(data).then(undefined, () => {})
}
