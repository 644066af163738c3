import fc from 'fast-check'
import { textOf } from './inputs.js'

/** Hosts that may have the token, hosts that look like them, and hosts that no one should have thought of. */
const hosts = [
  'api.example.com',
  'API.EXAMPLE.COM',
  'api.example.com.',
  'files.example.com',
  'evil.example',
  'api.example.com.evil.example',
  'evil.example\\.api.example.com',
  'api.example.com%2f.evil.example',
  'api.example.com\t.evil.example',
  'api。example。com',
  'ａpi.example.com',
  'ap\u00adi.example.com',
  'аpi.example.com',
  'xn--pi-6kc.example.com',
  'xn--a',
  'ex%61mple.com',
  'localhost',
  'localhost.',
  'a.localhost',
  'localhost.evil.example',
  '127.0.0.1',
  '127.1',
  '0x7f.1',
  '2130706433',
  '127.0.0.1.evil.example',
  '[::1]',
  '[0:0::1]',
  '[::ffff:127.0.0.1]',
  '[::1',
  '',
  '.',
  'a..b',
  'a b',
  'a<b',
]

const structured = fc
  .tuple(
    fc.constantFrom('', '', '', ' ', '\t', '\n', '\x01', '\ufeff', '/', '\\', './', '../'),
    fc.constantFrom(
      'https:',
      'https:',
      'https:',
      'http:',
      'HTTPS:',
      'ht\ntps:',
      'https\t:',
      'blob:https:',
      'data:',
      'data:text/html,https:',
      'javascript:',
      'file:',
      'ws:',
      'view-source:https:',
      '',
      '',
      '',
    ),
    fc.constantFrom('//', '//', '//', '//', '/', '', '///', '\\\\', '/\\', '\\/', '/\t/', '/\n/', '////'),
    fc.constantFrom(
      '',
      '',
      '',
      '',
      'u@',
      'u:p@',
      'api.example.com@',
      'api.example.com:443@',
      '%40@',
      'a\\@',
      ':@',
      '@',
    ),
    fc.constantFrom(...hosts),
    fc.constantFrom(
      '',
      '',
      '',
      ':',
      ':80',
      ':443',
      ':0443',
      ':8443',
      ':3000',
      ':65536',
      ':1x',
      ':-1',
      ':४४३',
    ),
    fc.constantFrom(
      '',
      '/',
      '/me',
      '/me@api.example.com',
      '?q',
      '?@api.example.com',
      '#@api.example.com',
      '\\me',
      '/a b',
      ' ',
      '\n',
      ';',
      '%2f',
      '@b.c',
      '//evil.example',
      '/..//evil.example/',
      '\u2028',
    ),
  )
  .map((parts) => parts.join(''))

/** What begins like the base and leads elsewhere. */
const lookalike = fc
  .tuple(
    fc.constantFrom('https://api.example.com', 'https://api.example.com:8443', 'http://localhost:3000'),
    fc.constantFrom(
      '.evil.example',
      '@evil.example',
      ':1@evil.example',
      '\\@evil.example',
      '\t.evil.example',
      '5',
      ':443',
      ':8443',
      ';@evil.example',
      '%2f@evil.example',
      '/@evil.example',
    ),
    fc.constantFrom('', '/', '/me', '?', '#'),
  )
  .map((parts) => parts.join(''))

/** Addresses as an attacker would write them: whole ones, and the pieces of one in any order. */
export const address = fc.oneof(
  { weight: 6, arbitrary: structured },
  { weight: 1, arbitrary: lookalike },
  {
    weight: 2,
    arbitrary: textOf(
      [
        'https:',
        'http:',
        '//',
        '/',
        '\\',
        '@',
        ':',
        '.',
        '?',
        '#',
        '%',
        '\t',
        ' ',
        '[',
        ']',
        '::1',
        'api.example.com',
        'evil.example',
        '443',
        'data:',
        'blob:',
        'é',
      ],
      9,
    ),
  },
  { weight: 1, arbitrary: fc.webUrl({ withQueryParameters: true, withFragments: true }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
)

/** What an instance may have as its base. */
export const base = fc.constantFrom(
  'https://api.example.com',
  'https://api.example.com/v1/',
  'https://API.Example.com:443',
  'https://api.example.com:8443/v1',
  'https://someone@api.example.com',
  'https://api.example.com.',
  'http://api.example.com',
  'http://localhost:3000',
  'http://[::1]:3000/',
  'http://127.0.0.1',
  '//api.example.com/v1',
  '/v1',
  'data:text/plain,x',
  undefined,
)

/** The origin as the URL standard has it, by Node's own URL: http and https alone. */
export function originAsNode(url: string | URL, against?: string): string | undefined {
  try {
    const { protocol, origin } = new URL(url, against)
    return /^https?:$/.test(protocol) ? origin : undefined
  } catch {
    return undefined
  }
}

/** What may carry a token at all: https, and http to this very machine; said in another way than the package does. */
export function isSafe(origin: string): boolean {
  const { protocol, hostname } = new URL(origin)
  const [first, ...rest] = hostname.split('.')
  const isLoopback =
    hostname === '[::1]' ||
    (first === '127' && rest.length === 3 && rest.every((part) => /^\d+$/.test(part))) ||
    hostname.replace(/\.$/, '').split('.').at(-1) === 'localhost'
  return protocol === 'https:' || isLoopback
}
