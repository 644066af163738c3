import type { Call, CallState } from './record.js'
import { duration } from './story.js'
import { make, setAttribute, setStyle, setText } from './dom.js'
import { stateOf } from './record.js'
import type { TimeAxis } from './time-axis.js'

/** The height of a row in pixels. */
export const rowHeight = 24

/** One visible row of the list. It is filled anew as the list is scrolled. */
export class Row {
  readonly element: HTMLElement
  readonly #name = make('span', { className: 'name' })
  readonly #method = make('b')
  readonly #path = make('span')
  readonly #status = make('span', { className: 'status' })
  readonly #time = make('span', { className: 'time' })
  readonly #lane = make('span', { className: 'lane', 'aria-hidden': true })
  readonly #bars: HTMLElement[] = []
  #drawn = ''
  call: Call | undefined

  constructor(id: string) {
    this.#name.append(this.#method, ' ', this.#path)
    const cells = [this.#name, this.#status, this.#time, this.#lane]
    this.element = make('div', { className: 'row', role: 'option', id }, ...cells)
  }

  /** `index` counts from 0, in all rows. */
  show(
    call: Call,
    index: number,
    total: number,
    now: number,
    { isActive, axis }: { isActive: boolean; axis: TimeAxis },
  ): void {
    this.call = call
    setStyle(this.element, 'transform', `translateY(${index * rowHeight}px)`)
    setAttribute(this.element, 'aria-posinset', String(index + 1))
    setAttribute(this.element, 'aria-setsize', String(total))
    setAttribute(this.element, 'aria-selected', String(isActive))
    // The foot tells the story of the one that is chosen.
    setAttribute(this.element, 'aria-describedby', isActive ? 'story' : undefined)
    this.element.hidden = false
    this.#write(call, now)
    this.#draw(call, now, axis)
  }

  hide(): void {
    this.call = undefined
    this.element.hidden = true
  }

  #write(call: Call, now: number): void {
    // One that has ended says the same for ever.
    const drawn = `${call.id} ${call.stays.length} ${Boolean(call.ended)}`
    setText(this.#time, duration((call.ended?.at ?? now) - call.from))
    if (drawn === this.#drawn) return
    this.#drawn = drawn
    const state = stateOf(call)
    setText(this.#method, call.method)
    setText(this.#path, call.path)
    setText(this.#status, statusOf(call, state))
    setAttribute(this.element, 'data-state', state)
  }

  #draw(call: Call, now: number, axis: TimeAxis): void {
    for (const [index, { place, from, until = now }] of call.stays.entries()) {
      const bar = (this.#bars[index] ??= this.#lane.appendChild(make('i')))
      const left = axis.x(from)
      const isLast = index === call.stays.length - 1
      bar.hidden = false
      setAttribute(bar, 'data-place', isLast && call.ended ? endPlace(place, stateOf(call)) : place)
      setStyle(bar, 'transform', `translateX(${left.toFixed(1)}px)`)
      setStyle(bar, 'width', `${Math.max(3, axis.x(until) - left).toFixed(1)}px`)
    }
    for (const bar of this.#bars.slice(call.stays.length)) bar.hidden = true
  }
}

/** What went wrong is seen where it ended. */
function endPlace(place: string, state: CallState): string {
  return state === 'ok' ? place : `${place} ${state}`
}

function statusOf({ ended }: Call, state: CallState): string {
  if (!ended) return state === 'held' ? 'held' : 'pending'
  return ended.status === undefined ? state : String(ended.status)
}
