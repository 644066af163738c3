import { useState } from 'react'
import { basePath } from './servers.js'

/** State that outlives a sign-in: the tab keeps it until it is set back to the start. */
export function useDraft<T extends object>(name: string, start: T): [T, (draft: T | undefined) => void] {
  const key = `${basePath}draft/${name}`
  const [draft, setDraft] = useState(() => JSON.parse(sessionStorage.getItem(key) ?? 'null') as T | null)
  const write = (next: T | undefined): void => {
    if (next) sessionStorage.setItem(key, JSON.stringify(next))
    else sessionStorage.removeItem(key)
    setDraft(next ?? null)
  }
  return [draft ?? start, write]
}
