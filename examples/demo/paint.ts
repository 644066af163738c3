/** Colours only where someone looks: not in a pipe, and not where NO_COLOR forbids them (no-color.org). */
const isColourful =
  process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'

/** The colours that the demo uses, as SGR codes. */
const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const

/** One of the demo's colours. */
export type Colour = keyof typeof codes

/** Colours a text, or leaves it as it is. */
export function paint(colour: Colour, text: string): string {
  return isColourful ? `\u001B[${codes[colour]}m${text}\u001B[0m` : text
}

/** The widest line that the demo prints. */
export const pageWidth = 80

/** Prints one line, indented. */
export function say(text = ''): void {
  console.log(text ? `  ${text}` : '')
}
