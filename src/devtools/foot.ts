import { make, setText } from './dom.js'
import type { Counts } from './record.js'
import type { Recorder } from './recorder.js'
import { storyOf } from './story.js'
import type { Call } from './record.js'

const names: readonly (readonly [keyof Counts, string])[] = [
  ['requests', 'requests'],
  ['sends', 'sent'],
  ['held', 'held'],
  ['replays', 'replayed'],
  ['grants', 'grants'],
]

/** The panel's last line: a request's story, and what there was in all. */
export class Foot {
  readonly element: HTMLElement
  readonly #recorder: Recorder
  readonly #story = make('p', { className: 'story', id: 'story' })
  readonly #numbers = new Map<keyof Counts, HTMLElement>()

  constructor(recorder: Recorder, tabs: HTMLElement) {
    this.#recorder = recorder
    const list = make('dl', { className: 'counts' })
    for (const [key, name] of names) {
      const number = make('dd', { 'data-count': key }, '0')
      this.#numbers.set(key, number)
      list.append(make('div', {}, number, make('dt', {}, name)))
    }
    this.element = make('footer', {}, this.#story, tabs, list)
  }

  render(told: Call | undefined, now: number): void {
    setText(
      this.#story,
      told
        ? storyOf(told, now)
        : 'Point at a request, or walk the list with the arrow keys, to read its story.',
    )
    this.#story.classList.toggle('hint', !told)
    for (const [key, number] of this.#numbers)
      setText(number, this.#recorder.counts[key].toLocaleString('en'))
  }
}
