import { make, setAttribute, setStyle, setText } from './dom.js'
import { Row, rowHeight } from './row.js'
import { TimeAxis, type Span } from './time-axis.js'
import { Bands } from './bands.js'
import type { Call, GrantSpan } from './record.js'
import type { Recorder } from './recorder.js'

/** What is drawn before the first layout, and where there is none. */
const unmeasured = { width: 600, height: 240 }

/**
 * A lane for each request. Only the rows in sight exist; the time axis fits what they show. Keyboard: a listbox, with
 * arrows, Page Up and Down, Home and End.
 */
export class RequestList {
  readonly element: HTMLElement
  readonly #recorder: Recorder
  readonly #rows: HTMLElement
  readonly #bands: Bands
  readonly #empty = make('p', { className: 'empty' })
  readonly #pool: Row[] = []
  readonly #onChoice: () => void
  #active: Call | undefined
  /** The row and not its request: what is under the pointer changes as the list moves on. */
  #hovered: Row | undefined
  #isPinned = true
  #size = unmeasured

  constructor(recorder: Recorder, onChoice: () => void) {
    this.#recorder = recorder
    this.#onChoice = onChoice
    this.#bands = new Bands()
    this.#rows = make('div', { className: 'rows', role: 'listbox', tabIndex: 0, 'aria-label': 'Requests' })
    this.element = make('div', { className: 'list' }, ...this.#bands.elements, this.#rows, this.#empty)
    this.#listen()
  }

  /** The request whose story is told: under the pointer, else chosen by keyboard. */
  get told(): Call | undefined {
    return this.#hovered?.call ?? this.#active
  }

  /** Takes the sizes in: called where they may have changed, so that no frame has to ask. */
  measure(): void {
    const { clientHeight } = this.element
    const width = this.#bands.measure()
    this.#size = clientHeight && width ? { width, height: clientHeight - this.#bands.height } : unmeasured
  }

  render(now: number): void {
    const { calls } = this.#recorder
    const { height } = this.#size
    // Scrolled to its end the list begins with a whole row.
    const length = calls.length * rowHeight + (calls.length * rowHeight > height ? height % rowHeight : 0)
    setStyle(this.#rows, 'height', `${length}px`)
    this.#empty.hidden = calls.length > 0
    setText(this.#empty, 'No request yet. What an attached instance sends appears here.')
    if (this.#isPinned) this.element.scrollTop = length
    const top = this.#isPinned ? length - height : this.element.scrollTop
    const first = Math.max(0, Math.floor(top / rowHeight))
    const seen = calls.slice(first, first + Math.ceil(height / rowHeight) + 1)
    const grants = this.#grantsOf(seen, first + seen.length >= calls.length)
    const axis = new TimeAxis(spansOf([...seen, ...grants], now), this.#size.width - 12)
    this.#bands.render(axis, grants, now, height)
    this.#fill(seen, first, now, axis)
  }

  #fill(seen: readonly Call[], first: number, now: number, axis: TimeAxis): void {
    const { calls } = this.#recorder
    for (const [offset, call] of seen.entries()) {
      const row = this.#rowOf(first + offset, seen.length)
      row.show(call, first + offset, calls.length, now, { isActive: call === this.#active, axis })
    }
    const used = new Set(seen)
    for (const row of this.#pool) if (row.call && !used.has(row.call)) row.hide()
    const active = this.#pool.find(({ call }) => call && call === this.#active)
    setAttribute(this.#rows, 'aria-activedescendant', active?.element.id)
  }

  /** The same row for the same place in the list, so that scrolling moves few of them. */
  #rowOf(index: number, count: number): Row {
    while (this.#pool.length < count) {
      const row = new Row(`row-${this.#pool.length}`)
      this.#pool.push(row)
      this.#rows.append(row.element)
    }
    return this.#pool[index % this.#pool.length] as Row
  }

  /** Those beside the requests in sight; at the end of the list the newest too. */
  #grantsOf(seen: readonly Call[], isAtEnd: boolean): GrantSpan[] {
    const from = Math.min(...seen.map((call) => call.from))
    const until = isAtEnd ? Infinity : Math.max(...seen.map(({ ended }) => ended?.at ?? Infinity))
    const isBeside = (grant: GrantSpan): boolean => grant.from <= until && (grant.until ?? Infinity) >= from
    return seen.length ? this.#recorder.grants.filter(isBeside) : this.#recorder.grants.slice(-6)
  }

  #listen(): void {
    this.element.addEventListener('scroll', () => this.#scrolled(), { passive: true })
    this.#rows.addEventListener('keydown', (event) => this.#key(event))
    this.#rows.addEventListener('focus', () => this.#choose(this.#active ?? this.#recorder.calls.at(-1)))
    this.#rows.addEventListener('pointermove', (event) => this.#hover(event))
    this.#rows.addEventListener('pointerleave', () => this.#hover(undefined))
    this.#rows.addEventListener('click', () => this.#choose(this.#hovered?.call))
  }

  #scrolled(): void {
    const { scrollTop, clientHeight, scrollHeight } = this.element
    this.#isPinned = scrollTop + clientHeight >= scrollHeight - 2
    this.#onChoice()
  }

  #hover(event: PointerEvent | undefined): void {
    const element = (event?.target as Element | undefined)?.closest('.row')
    const row = this.#pool.find((one) => one.element === element)
    if (row === this.#hovered) return
    this.#hovered = row
    this.#onChoice()
  }

  #key(event: KeyboardEvent): void {
    const { calls } = this.#recorder
    const page = Math.max(1, Math.floor(this.#size.height / rowHeight) - 1)
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -calls.length,
      End: calls.length,
    }
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    const at = this.#active ? calls.indexOf(this.#active) : calls.length - 1
    this.#choose(calls[Math.min(calls.length - 1, Math.max(0, at + step))])
  }

  #choose(call: Call | undefined): void {
    this.#active = call
    this.#reveal(call ? this.#recorder.calls.indexOf(call) : -1)
    this.#onChoice()
  }

  #reveal(index: number): void {
    if (index < 0) return
    const { height } = this.#size
    const top = index * rowHeight
    const { scrollTop } = this.element
    if (top < scrollTop) this.element.scrollTop = top
    if (top + rowHeight > scrollTop + height) this.element.scrollTop = top + rowHeight - height
    this.#isPinned = index === this.#recorder.calls.length - 1
  }
}

function spansOf(what: readonly (Call | GrantSpan)[], now: number): Span[] {
  return what.map((one) => ({ from: one.from, until: ('stays' in one ? one.ended?.at : one.until) ?? now }))
}
