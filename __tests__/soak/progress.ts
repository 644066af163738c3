import { Presets, SingleBar } from 'cli-progress'

/** Shows how far it is, on a terminal at once and in a log every half minute; the error stream leaves the figures alone. */
export function showProgress(
  total: number,
  isSilent: boolean,
): { show(done: number, held: number): void; stop(done: number): void } {
  if (isSilent) return { show() {}, stop() {} }
  const bar = new SingleBar(
    {
      format:
        'soak {bar} {percentage} %  {value}/{total}  held {held}  {duration_formatted} gone, {eta_formatted} to go',
      noTTYOutput: true,
      notTTYSchedule: 30_000,
      etaBuffer: 200,
    },
    Presets.shades_classic,
  )
  bar.start(total, 0, { held: 0 })
  return {
    show: (done, held) => bar.update(done, { held }),
    stop(done) {
      bar.update(done, { held: 0 })
      bar.stop()
    },
  }
}
