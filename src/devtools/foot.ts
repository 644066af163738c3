import { make, setText } from './dom.js'
import type { Call, Counts } from './record.js'
import type { Recorder } from './recorder.js'
import { storyOf } from './story.js'

/** What is counted, and its word for one and for any other number. */
const names: readonly (readonly [keyof Counts, one: string, many?: string])[] = [
  ['requests', 'request', 'requests'],
  ['sends', 'sent'],
  ['held', 'held'],
  ['replays', 'replayed'],
  ['grants', 'grant', 'grants'],
]

/** The panel's last line: a request's story, and what there was in all. */
export class Foot {
  readonly element: HTMLElement
  readonly #recorder: Recorder
  readonly #story = make('p', { className: 'story', id: 'story' })
  readonly #numbers = names.map(([key, one, many = one]) => {
    return { key, one, many, number: make('dd', { 'data-count': key }), word: make('dt') }
  })

  constructor(recorder: Recorder, tabs: HTMLElement) {
    this.#recorder = recorder
    const entries = this.#numbers.map(({ number, word }) => make('div', {}, word, number))
    this.element = make('footer', {}, this.#story, tabs, make('dl', { className: 'counts' }, ...entries))
  }

  render(told: Call | undefined, now: number): void {
    const hint = 'Point at a request, or use the arrow keys, to read its story.'
    setText(this.#story, told ? storyOf(told, now) : hint)
    this.#story.classList.toggle('hint', !told)
    for (const { key, one, many, number, word } of this.#numbers) {
      const count = this.#recorder.counts[key]
      setText(number, count.toLocaleString('en'))
      setText(word, count === 1 ? one : many)
    }
  }
}
