const light = `
  --text: #1d232b; --quiet: #57606a; --faint: #868e97; --ground: #fff; --raised: #f5f7f9; --hover: rgb(31 41 55 / 5%);
  --edge: #d3d9e0; --line: #e8ebef; --shade: rgb(15 23 42 / 12%); --track: #e6e9ed; --focus: #1f6feb;
  --wire: #3b82d8; --held: #c4861a; --replay: #128a7d; --grant: #8059d6; --bad: #c0342b; --gone: #8b949e; --good: #2f9e62;
  --good-text: #1a7443; --held-text: #8a5a00; --grant-text: #5f3bb3;
  --band: rgb(128 89 214 / 13%); --bad-ground: #fdf0ef; --held-ground: #fdf6e6;`

const dark = `
  --text: #e4e7eb; --quiet: #9aa4b0; --faint: #6c7580; --ground: #15181d; --raised: #1f242b; --hover: rgb(255 255 255 / 5%);
  --edge: #343b45; --line: #262c34; --shade: rgb(0 0 0 / 45%); --track: #2a3038; --focus: #6cb0ff;
  --wire: #5b9ee6; --held: #d9a03f; --replay: #35b3a3; --grant: #a78bfa; --bad: #ff7a70; --gone: #7d8792; --good: #46b97c;
  --good-text: #5fce92; --held-text: #e3b055; --grant-text: #c3b0ff;
  --band: rgb(167 139 250 / 15%); --bad-ground: #2d1c1c; --held-ground: #2a2317;`

/** Colours in light and dark: words reach 4.5 to 1 against their ground, bars and lines of meaning 3 to 1. */
export const palette = `
:host { all: initial; color-scheme: light dark; --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;${light}
}
@media (prefers-color-scheme: dark) { :host {${dark}
} }
`
