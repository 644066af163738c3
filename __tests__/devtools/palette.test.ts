/** The contrast of the panel's colours by WCAG 2.2, 1.4.3 and 1.4.11. */
import { palette } from '../../src/devtools/palette.js'

type Colour = readonly [red: number, green: number, blue: number]

const [day = '', night = ''] = palette.split('@media (prefers-color-scheme: dark)')

function colourOf(theme: string, name: string): Colour {
  const [, hex = ''] = new RegExp(`--${name}: #([0-9a-f]+);`).exec(theme) ?? []
  const long = hex.length === 3 ? hex.replace(/./g, '$&$&') : hex
  return [0, 2, 4].map((index) => Number.parseInt(long.slice(index, index + 2), 16)) as unknown as Colour
}

function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as unknown as Colour
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(theme: string, one: string, other: string): number {
  const [low = 0, high = 0] = [one, other]
    .map((name) => luminance(colourOf(theme, name)))
    .sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

/** Words, and the grounds that they stand on. */
const words = {
  text: ['ground', 'raised', 'bad-ground', 'held-ground'],
  quiet: ['ground', 'raised', 'bad-ground', 'held-ground'],
  bad: ['ground', 'bad-ground'],
  'held-text': ['ground', 'held-ground'],
  'good-text': ['ground'],
  'grant-text': ['ground'],
}
const marks = ['wire', 'held', 'replay', 'grant', 'bad', 'gone', 'good', 'focus']
const themes = [
  { theme: 'light', colours: day },
  { theme: 'dark', colours: night },
]

describe.each(themes)('in the $theme theme', ({ colours }) => {
  it.each(Object.entries(words))('words in --%s reach 4.5 to 1 on --%j', (name, grounds) => {
    for (const ground of grounds) expect(contrast(colours, name, ground)).toBeGreaterThanOrEqual(4.5)
  })

  it.each(marks)('bars and lines in --%s reach 3 to 1 on the ground', (name) => {
    expect(contrast(colours, name, 'ground')).toBeGreaterThanOrEqual(3)
  })
})
