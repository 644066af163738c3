import { Presets, SingleBar } from 'cli-progress'
import type { Progress } from './load.js'

/** Shows how far it is, on a terminal at once and in a log every half minute; the error stream leaves the figures alone. */
export function showProgress(
  total: number,
  isSilent: boolean,
): { show(progress: Progress): void; stop(): void } {
  if (isSilent) return { show() {}, stop() {} }
  const bar = new SingleBar(
    {
      format:
        'soak {bar} {percentage} %  {value}/{total}  held {held}  heap {heap} MiB  {duration_formatted} gone, {eta_formatted} to go',
      noTTYOutput: true,
      notTTYSchedule: 30_000,
      etaBuffer: 200,
    },
    Presets.shades_classic,
  )
  bar.start(total, 0, { held: 0, heap: '-' })
  return {
    show: ({ done, held, heapBytes }) => bar.update(done, { held, heap: (heapBytes / 2 ** 20).toFixed(2) }),
    stop() {
      bar.update(total, { held: 0 })
      bar.stop()
    },
  }
}
