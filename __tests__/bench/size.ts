import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Plugin } from 'esbuild'

/**
 * What an import costs an app at its start: minified, and then gzipped. axios is the app's own and not counted, nor
 * is what is imported on demand, which a bundler puts apart.
 */
export interface Size {
  readonly name: string
  readonly minified: number
  readonly gzipped: number
}

/** What each folder of src, or file at its top, has in a bundle: minified bytes, and its share when gzipped. */
export interface Part extends Size {
  readonly files: readonly string[]
}

/** Bundles what an app imports, as an app's bundler does it, and weighs it. */
export async function sizeOf(
  name: string,
  code: string,
  resolveDir: string,
): Promise<Size & { parts: Part[] }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir, loader: 'js' },
    outfile: 'bundle.js',
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    external: ['axios', '@react-native-async-storage/async-storage'],
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [withoutWhatComesOnDemand],
    metafile: true,
    write: false,
    logLevel: 'silent',
  })
  const contents = outputFiles[0]?.contents ?? new Uint8Array()
  const gzipped = gzipSync(contents, { level: 9 }).length
  const inputs = Object.values(metafile.outputs)[0]?.inputs ?? {}
  return {
    name,
    minified: contents.length,
    gzipped,
    parts: partsOf(inputs, gzipped / contents.length),
  }
}

const withoutWhatComesOnDemand: Plugin = {
  name: 'without what comes on demand',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    )
  },
}

function partsOf(inputs: Readonly<Record<string, { bytesInOutput: number }>>, gzipShare: number): Part[] {
  const parts = new Map<string, { minified: number; files: string[] }>()
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const file = /dist\/esm\/(.*)\.js$/.exec(path)?.[1]
    if (!file || bytesInOutput === 0) continue
    const name = file.includes('/') ? file.replace(/\/.*/, '/') : file
    const part = parts.get(name) ?? { minified: 0, files: [] }
    parts.set(name, { minified: part.minified + bytesInOutput, files: [...part.files, file] })
  }
  return [...parts]
    .map(([name, part]) => ({ name, ...part, gzipped: Math.round(part.minified * gzipShare) }))
    .sort((one, other) => other.minified - one.minified)
}

/** What is weighed. */
export interface Sizes {
  readonly ours: readonly (Size & { parts: Part[] })[]
  readonly peers: readonly Size[]
  /** Files in a bundle that has createSession alone and that it does not need: none, if all is well. */
  readonly unneeded: readonly string[]
}

/** Weighs tokenflight's build and what people would use instead. */
export async function sizes(root: string): Promise<Sizes> {
  const dist = join(root, 'dist/esm')
  const bench = join(root, '__tests__/bench')
  const ours = [
    await sizeOf(
      'core + axios + storageStore',
      "export { createSession, attachSession, storageStore } from './axios.js'",
      dist,
    ),
    await sizeOf('core + fetch', "export { createSession, createFetch } from './fetch.js'", dist),
    await sizeOf('core alone', "export { createSession } from './index.js'", dist),
  ]
  const named = (name: string, names: string): Promise<Size> =>
    sizeOf(name, `export { ${names} } from '${name}'`, bench)
  const peers = [
    await sizeOf('hand-rolled queue', "export { attachHandRolled } from './hand-rolled.ts'", bench),
    await named('axios-auth-refresh', 'createAuthRefresh'),
    await named('axios-auth-refresh-queue', 'applyAuthTokenInterceptor'),
    await named('axios-jwt', 'applyAuthTokenInterceptor, setAuthTokens'),
    await named('@badgateway/oauth2-client', 'OAuth2Client, OAuth2Fetch'),
  ]
  const alone = ours.at(-1)?.parts.flatMap(({ files }) => files) ?? []
  return {
    ours,
    peers: peers.map(({ name, minified, gzipped }) => ({ name, minified, gzipped })),
    unneeded: alone.filter(isUnneeded),
  }
}

/**
 * createSession alone needs no transport, no store but memory, nothing that has an entry of its own, and nothing that
 * is imported on demand. `store/vault` is no store: it asks the vault that an app may hand in.
 */
function isUnneeded(file: string): boolean {
  const needed =
    /^(index|options|errors|tokens)$|^(session|grant|lock|http)\/|^store\/(memory|record|thenable|vault)$/
  const onDemand =
    /^(grant\/(client-assertion|client-credentials|discovery)|session\/(revoke-all|step-ups)|lock\/lease)$/
  return !needed.test(file) || onDemand.test(file)
}
