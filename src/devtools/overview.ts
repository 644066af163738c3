import { make, setAttribute } from './dom.js'
import { stateOf, type Call } from './record.js'
import { TimeAxis } from './time-axis.js'
import type { Recorder } from './recorder.js'

const height = 44

/** All requests at once, a line each, with the grants across them. */
export class Overview {
  readonly element = make('canvas', { className: 'overview', role: 'img' })
  readonly #recorder: Recorder
  #width = 0
  #scale = 1
  #colours: Readonly<Record<string, string>> = {}

  constructor(recorder: Recorder) {
    this.#recorder = recorder
  }

  /** Takes the size and the colours in: called where they may have changed. */
  measure(): void {
    const style = getComputedStyle(this.element)
    const names = ['wire', 'held', 'replay', 'grant', 'bad', 'gone']
    this.#colours = Object.fromEntries(
      names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
    )
    this.#scale = globalThis.devicePixelRatio || 1
    this.#width = this.element.clientWidth
    if (!this.#width) return
    this.element.width = this.#width * this.#scale
    this.element.height = height * this.#scale
  }

  render(now: number): void {
    const { calls, grants } = this.#recorder
    setAttribute(this.element, 'aria-label', `Overview: ${calls.length} requests, ${grants.length} grants`)
    const context = this.#width ? this.element.getContext('2d') : null
    if (!context) return
    context.setTransform(this.#scale, 0, 0, this.#scale, 0, 0)
    context.clearRect(0, 0, this.#width, height)
    const spans = [
      ...calls.map(({ from, ended }) => ({ from, until: ended?.at ?? now })),
      ...grants.map(({ from, until = now }) => ({ from, until })),
    ]
    const axis = new TimeAxis(spans, this.#width - 8)
    const lane = Math.min(4, (height - 4) / Math.max(calls.length, 1))
    context.globalAlpha = 0.3
    for (const { from, until = now, outcome } of grants) {
      context.fillStyle = this.#colours[outcome === 'failed' ? 'bad' : 'grant'] ?? ''
      const x = axis.x(from)
      context.fillRect(4 + x, 0, Math.max(2, axis.x(until) - x), height)
    }
    context.globalAlpha = 1
    for (const [index, call] of calls.entries()) this.#draw(context, call, 2 + index * lane, lane, axis, now)
  }

  #draw(
    context: CanvasRenderingContext2D,
    call: Call,
    y: number,
    lane: number,
    axis: TimeAxis,
    now: number,
  ): void {
    const state = stateOf(call)
    const isBad = state === 'failed' || state === 'refused'
    for (const { place, from, until = now } of call.stays) {
      const x = axis.x(from)
      context.fillStyle = this.#colours[isBad ? 'bad' : state === 'aborted' ? 'gone' : place] ?? ''
      context.fillRect(4 + x, y, Math.max(1.5, axis.x(until) - x), Math.max(lane * 0.75, 0.5))
    }
  }
}
