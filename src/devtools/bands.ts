import { make, setAttribute, setStyle, setText } from './dom.js'
import type { GrantSpan } from './record.js'
import type { TimeAxis } from './time-axis.js'
import { duration, grantStoryOf } from './story.js'

/** The height of the axis in pixels. */
const axisHeight = 40

/** The time axis above the lanes, and what goes across all of them: grants, breaks and the lines of the ticks. */
export class Bands {
  readonly #ticks = make('div', { className: 'ticks', 'aria-hidden': true })
  readonly #chips = make('div', { className: 'chips', role: 'list', 'aria-label': 'Grants' })
  readonly #lanes = make('div', { className: 'across' })
  readonly #axis: HTMLElement

  constructor() {
    const heads = ['Request', 'Status', 'Time'].map((text) => make('span', { className: 'head' }, text))
    this.#axis = make(
      'div',
      { className: 'axis' },
      ...heads,
      make('div', { className: 'scale' }, this.#chips, this.#ticks),
    )
  }

  get height(): number {
    return axisHeight
  }

  /** To be put before the rows. */
  get elements(): readonly HTMLElement[] {
    const heads = [1, 2, 3].map(() => make('span'))
    return [this.#axis, make('div', { className: 'behind', 'aria-hidden': true }, ...heads, this.#lanes)]
  }

  /** The width of a lane; 0 where nothing is laid out. */
  measure(): number {
    return this.#lanes.clientWidth
  }

  render(axis: TimeAxis, grants: readonly GrantSpan[], now: number, height: number): void {
    const ticks = axis.ticks()
    fill(this.#ticks, ticks.length, 'span', (node, index) => {
      const { x = 0, label = '' } = ticks[index] ?? {}
      setText(node, label)
      setStyle(node, 'transform', `translateX(${x.toFixed(1)}px)`)
    })
    const bands = grants.map(({ from, until, outcome }) => {
      const x = axis.x(from)
      return { x, width: Math.max(3, axis.x(until ?? now) - x), kind: `grant ${outcome ?? 'open'}` }
    })
    const breaks = axis.sections.slice(1).map(({ x }, index) => {
      const { x: before = 0, width = 0 } = axis.sections[index] ?? {}
      return { x: before + width, width: x - before - width, kind: 'break' }
    })
    const lines = ticks.map(({ x }) => ({ x, width: 1, kind: 'line' }))
    const all = [...lines, ...breaks, ...bands]
    fill(this.#lanes, all.length, 'i', (node, index) => {
      const { x = 0, width = 0, kind = '' } = all[index] ?? {}
      setAttribute(node, 'class', kind)
      setStyle(node, 'transform', `translateX(${x.toFixed(1)}px)`)
      setStyle(node, 'width', `${width.toFixed(1)}px`)
      setStyle(node, 'height', `${height}px`)
    })
    this.#name(axis, grants, now)
  }

  /** A chip that would cover the one before it is left to the reader's ear. */
  #name(axis: TimeAxis, grants: readonly GrantSpan[], now: number): void {
    let taken = -Infinity
    fill(this.#chips, grants.length, 'span', (node, index) => {
      const grant = grants[index]
      if (!grant) return
      const x = Math.min(axis.x(grant.from), axis.width - 90)
      const isCovered = x < taken
      if (!isCovered) taken = x + 104
      setText(node, chipOf(grant, now))
      setAttribute(node, 'role', 'listitem')
      setAttribute(node, 'class', `chip ${grant.outcome ?? 'open'}${isCovered ? ' covered' : ''}`)
      setAttribute(node, 'aria-label', grant.until === undefined ? undefined : grantStoryOf(grant, now))
      setAttribute(node, 'title', grantStoryOf(grant, now))
      setStyle(node, 'transform', `translateX(${x.toFixed(1)}px)`)
    })
  }
}

/** What a chip has room for. */
function chipOf({ from, until, outcome }: GrantSpan, now: number): string {
  if (outcome === 'failed') return 'grant failed'
  return outcome === 'left' ? 'grant dropped' : `grant ${duration((until ?? now) - from)}`
}

/** So many children, each brought up to date. */
function fill(
  parent: HTMLElement,
  count: number,
  tag: 'i' | 'span',
  update: (node: HTMLElement, index: number) => void,
): void {
  while (parent.childElementCount > count) parent.lastElementChild?.remove()
  while (parent.childElementCount < count) parent.append(make(tag))
  for (let index = 0; index < count; index++) update(parent.children[index] as HTMLElement, index)
}
