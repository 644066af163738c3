/** How long a page may take for what it is expected to do; far more than it needs on a busy machine. */
const limitMs = 20_000
/** Seldom enough that asking does not keep the pages from their work. */
const pauseMs = 50

/**
 * Asks again and again until the answer satisfies.
 *
 * @throws Error with the last answer when it does not in time, or can no more
 */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  isEnough: (answer: T) => boolean,
  isHopeless: (answer: T) => boolean = () => false,
): Promise<T> {
  const end = Date.now() + limitMs
  for (;;) {
    const answer = await ask()
    if (isEnough(answer)) return answer
    if (Date.now() > end || isHopeless(answer))
      throw new Error(`Expected ${what}, got ${JSON.stringify(answer)}`)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}
