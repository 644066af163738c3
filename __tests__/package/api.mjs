// Compares the public API of the build with the reviewed reports in ./api, one for each entry of package.json.
// `--update` writes them anew instead.
import { mkdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'

const root = fileURLToPath(new URL('../..', import.meta.url))
const update = process.argv.includes('--update')
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const entries = Object.values(exports).flatMap((target) => target.import?.types ?? [])

const reports = join(root, '__tests__/package/api')
mkdirSync(reports, { recursive: true })

const results = entries.map((types) => {
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
    configObject: {
      projectFolder: root,
      newlineKind: 'lf',
      mainEntryPointFilePath: resolve(root, types),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2022',
            lib: ['ES2022', 'DOM'],
            module: 'ESNext',
            moduleResolution: 'bundler',
            strict: true,
            types: [],
          },
          files: [types],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: `${basename(types, '.d.ts')}.api.md`,
        reportFolder: reports,
        reportTempFolder: join(tmpdir(), 'tokenflight-api'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      messages: {
        extractorMessageReporting: {
          default: { logLevel: 'warning' },
          // Every export is public; a tag on each would say nothing.
          'ae-missing-release-tag': { logLevel: 'none' },
          // Asked of every export below; a member may speak for itself.
          'ae-undocumented': { logLevel: 'none' },
        },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
  })
  return Extractor.invoke(config, { localBuild: update, showVerboseMessages: false })
})

const undocumented = entries.flatMap((types) => {
  const report = readFileSync(join(reports, `${basename(types, '.d.ts')}.api.md`), 'utf8')
  return [...report.matchAll(/^\/\/ @public \(undocumented\)\r?\n(.*)$/gm)].map(([, line]) => line)
})

for (const line of new Set(undocumented)) console.error(`No doc comment: ${line}`)
if (results.some(({ apiReportChanged }) => apiReportChanged) && !update) {
  console.error('The public API differs from its report: run `npm run api`, and review what changed.')
}
process.exitCode = results.every(({ succeeded }) => succeeded) && undocumented.length === 0 ? 0 : 1
