/** Something that lasts, in epoch milliseconds. */
export interface Span {
  readonly from: number
  readonly until: number
}

/** A stretch of time in which something happened, and where it is drawn. */
export interface Section extends Span {
  readonly x: number
  readonly width: number
}

/** A mark on the axis. */
export interface Tick {
  readonly x: number
  readonly label: string
}

/** Idle time longer than this is drawn as a break. */
const breakMs = 1_000
const breakWidth = 26
const leastWidth = 44
const tickWidth = 74

/**
 * Where a moment is drawn: time flows evenly within a section, and what lies idle between two is cut out, so that
 * a burst of 200 ms is as clear after an hour as after a second.
 */
export class TimeAxis {
  readonly sections: readonly Section[]
  readonly width: number

  constructor(spans: readonly Span[], width: number) {
    this.width = width
    this.sections = place(merge(spans), width)
  }

  /** Pixels from the left edge. */
  x(time: number): number {
    let after = 0
    for (const { from, until, x, width } of this.sections) {
      if (time < from) return Math.max(after, x - breakWidth / 2)
      after = x + width
      if (time <= until) return x + ((time - from) / (until - from)) * width
    }
    return after
  }

  /** Times within the sections, as far from each other as a label needs. */
  ticks(): Tick[] {
    return this.sections.flatMap(({ from, until, x, width }) => {
      const step = niceStep(((until - from) * tickWidth) / width)
      const ticks = [{ x, label: clock(from) }]
      // What begins later would leave the section with its label.
      const last = ((until - from) * (width - 20)) / width
      for (let at = step; at <= last; at += step)
        ticks.push({ x: x + (at / (until - from)) * width, label: `+${short(at)}` })
      return ticks
    })
  }
}

/** Sections in the order of time; at least 20 ms long, so that nothing is divided by zero. */
function merge(spans: readonly Span[]): { from: number; until: number }[] {
  const merged: { from: number; until: number }[] = []
  for (const { from, until } of [...spans].sort((one, other) => one.from - other.from)) {
    const last = merged.at(-1)
    if (last && from - last.until <= breakMs) last.until = Math.max(last.until, until)
    else merged.push({ from, until })
  }
  for (const section of merged) section.until = Math.max(section.until, section.from + 20)
  return merged
}

/** Widths go by length; the shortest gets enough to be seen. */
function place(spans: readonly Span[], width: number): Section[] {
  const breaks = spans.length - 1
  const gap = Math.min(breakWidth, (width * 0.3) / Math.max(breaks, 1))
  const room = Math.max(0, width - gap * breaks)
  const least = Math.min(leastWidth, room / 2 / Math.max(spans.length, 1))
  const total = spans.reduce((sum, { from, until }) => sum + until - from, 0)
  const spare = room - least * spans.length
  let x = 0
  return spans.map(({ from, until }) => {
    const section = { from, until, x, width: least + (spare * (until - from)) / total }
    x += section.width + gap
    return section
  })
}

/** 1, 2 or 5 times a power of ten, not below `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)))
  return [1, 2, 5].map((factor) => factor * power).find((step) => step >= least) ?? power * 10
}

/** The time of day as it stands on a clock. */
export function clock(time: number): string {
  const date = new Date(time)
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}

function short(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`
}
