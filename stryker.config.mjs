/*
 * Mutation testing of the charts and of the sessions: see docs/mutation-testing.md. Each part has its own bundle of
 * tests, as running the sessions for a mutant of a chart would cost more than it shows.
 */
const BUNDLES = {
  'machines/': 'test/mutation/machines.bundle.ts',
  'src/session/': 'test/mutation/session.bundle.ts',
};

const given = process.argv.includes('--mutate') ? process.argv[process.argv.indexOf('--mutate') + 1] : '';
const bundles = Object.entries(BUNDLES).filter(([folder]) => given === '' || given.includes(folder));

const config = {
  packageManager: 'npm',
  mutate: ['machines/**/*.ts', 'src/session/**/*.ts'],
  plugins: ['./test/mutation/stryker/reloading-runner.mjs', './test/mutation/stryker/words.mjs'],
  testRunner: 'reloading',
  bundles: bundles.map(([, bundle]) => bundle),
  coverageAnalysis: 'perTest',
  // A chart is made while its module is loaded; mutants of it are the point.
  ignoreStatic: false,
  // What was loaded as ES modules is not freed.
  maxTestRunnerReuse: 150,
  concurrency: 2,
  timeoutMS: 6_000,
  ignorers: ['words'],
  ignorePatterns: ['/dist', '/docs', '/coverage', '/reports', '/test/bench'],
  reporters: ['clear-text', 'json', 'html', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  allowConsoleColors: false,
  warnings: { slow: false, unknownOptions: false },
  incremental: true,
  incrementalFile: 'reports/mutation/incremental.json',
  tempDirName: '.stryker-tmp',
};

export default config;
