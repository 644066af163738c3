/**
 * Mutation testing of `src`: `npm run test:mutation`, or for some files `npm run test:mutation -- --mutate src/http/*.ts`.
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  plugins: [new URL('./plugin.mjs', import.meta.url).pathname],
  testRunner: 'in-process',
  coverageAnalysis: 'perTest',
  mutate: [
    'src/**/*.ts',
    // What draws the panel: its tests run it in a browser, from a bundle that Stryker does not see.
    ...[
      'announcer',
      'bands',
      'dom',
      'element',
      'foot',
      'head',
      'mount',
      'notice',
      'overview',
      'panel',
      'request-list',
      'row',
      'styles',
      'tabs',
      'token-bar',
    ].map((name) => `!src/devtools/${name}.ts`),
  ],
  // A mutant in a constant of a module needs the tests loaded anew: worth it, they are few.
  ignoreStatic: false,
  checkers: [],
  concurrency: 2,
  timeoutMS: 20_000,
  timeoutFactor: 3,
  dryRunTimeoutMinutes: 15,
  reporters: ['progress', 'clear-text', 'json', 'html', 'survivors'],
  clearTextReporter: { reportMutants: false, reportTests: false },
  jsonReporter: { fileName: 'reports/mutation.json' },
  htmlReporter: { fileName: 'reports/mutation.html' },
  thresholds: { high: 95, low: 90, break: 90 },
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['/dist', '/reports', '/examples/spa', '/__tests__/*/results', '/.library'],
  disableTypeChecks: false,
}
