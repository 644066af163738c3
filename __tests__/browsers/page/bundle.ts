import { resolve } from 'node:path'
import { build } from 'esbuild'

const root = resolve(__dirname, '../../..')

/** The page's script, from the package's sources through its public entries. */
export async function bundlePage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [resolve(__dirname, 'tab.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    alias: {
      'tokenflight/axios': resolve(root, 'src/axios.ts'),
      'tokenflight/fetch': resolve(root, 'src/fetch.ts'),
      'tokenflight/indexeddb': resolve(root, 'src/indexeddb.ts'),
    },
  })
  return outputFiles[0]?.text ?? ''
}
