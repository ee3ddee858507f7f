import { defineConfig, globalIgnores } from 'eslint/config';
import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/*
 * The import table: what each part may import besides itself. A part is a folder or a file of src, or machines.
 * test/architecture holds the same table on its own and reads the sources without ESLint, so that neither a hole
 * in a rule nor a disabling comment can bend it. Change both, and CONTRIBUTING.md.
 */
const BASE = ['src/errors', 'src/constants.ts'];
const ENGINES = [...BASE, 'src/diagnostics.ts', 'src/protocol', 'src/transport', 'src/chart', 'src/streams'];
const ROLES = [...ENGINES, 'src/session'];
const PRODUCT = [...ROLES, 'src/client', 'src/server'];
/** What only some programs need, on top of the product. */
const TOOLS = ['src/adapters', 'src/cluster', 'src/inspect', 'src/inspector', 'src/testing'];

const IMPORT_TABLE = {
  'src/constants.ts': [],
  'src/errors': ['src/constants.ts', 'machines'],
  'src/diagnostics.ts': [...BASE, 'machines'],
  machines: [],
  'src/protocol': BASE,
  'src/chart': [...BASE, 'src/diagnostics.ts'],
  'src/transport': [...BASE, 'src/diagnostics.ts', 'src/protocol'],
  'src/streams': [...BASE, 'src/diagnostics.ts', 'src/protocol'],
  'src/session': [...ENGINES, 'machines'],
  'src/client': [...ROLES, 'machines'],
  'src/server': [...ROLES, 'machines'],
  'src/adapters': PRODUCT,
  'src/cluster': [...PRODUCT, 'machines'],
  'src/inspect': [...PRODUCT, 'machines'],
  'src/inspector': [...PRODUCT, 'machines', 'src/inspect'],
  'src/testing': [...PRODUCT, 'machines'],
  // `diagram` draws the machines, `serve --inspect` serves the inspector's page, `serve --workers` runs a pool.
  'src/cli': [...PRODUCT, ...TOOLS, 'machines'],
  // The front door shows what lies below it; everything above has an entry point of its own.
  'src/index.ts': PRODUCT,
};

/** Packages and Node modules that only some parts may import, as a pattern on the specifier. */
const CONFINED = [
  {
    pattern: '^xstate(/|$)',
    allowed: ['machines', 'src/chart', 'src/inspect', 'src/inspector', 'src/testing'],
    message:
      'xstate stays in machines, chart, inspect, inspector and testing: a later major touches few files.',
  },
  {
    pattern: '^(node:)?(net|tls)$',
    allowed: ['src/transport'],
    message: 'transport is the only home of node:net and node:tls, types included.',
  },
];

/** Parts that must stay pure: of Node they may use Buffer alone. */
const PURE_PARTS = ['machines', 'src/protocol', 'src/constants.ts'];
const PURITY = {
  pattern: '^node:(?!buffer$)',
  message: 'This part is pure: no sockets, streams, timers or clock.',
};

const CLOCKS = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'performance', 'process'];

const parts = Object.keys(IMPORT_TABLE);

function filesOf(part) {
  return part.endsWith('.ts') ? part : `${part}/**/*.ts`;
}

/** Parts of `inspector` that run in a browser: of `inspector`, and of the rest, they may import this. */
const PAGE = 'src/inspector/page';
const BROWSER_TABLE = {
  [PAGE]: [
    ['page', 'model', 'diagram'],
    ['machines', 'src/chart'],
  ],
  'src/inspector/diagram': [['diagram'], ['machines']],
  'src/inspector/model': [['model'], ['src/constants.ts', 'src/chart']],
};
const browserZones = Object.entries(BROWSER_TABLE).flatMap(([target, [inner, outer]]) => [
  { target, from: 'src/inspector', except: inner.map((part) => `./${part}`) },
  ...parts
    .filter((from) => from !== 'src/inspector' && !outer.includes(from))
    .map((from) => ({ target, from })),
]);
/** Inside `session`, who may import which of the other rooms; `http-session.ts` stands between bytes and the roles. */
const SESSION_ROOMS = {
  core: [],
  bytes: ['core'],
  message: ['core', 'bytes'],
  client: ['core', 'bytes', 'message', 'http-session.ts'],
  server: ['core', 'bytes', 'message', 'http-session.ts'],
};
const roomZones = Object.entries(SESSION_ROOMS).map(([room, rooms]) => ({
  target: `src/session/${room}`,
  from: 'src/session',
  except: [room, ...rooms].map((name) => `./${name}`),
}));
const BROWSER_ONLY = { pattern: '^node:', message: 'This part runs in a browser.' };

/** Of `inspector`, the outputs of charts are for `testing`, too: it marks a coverage on them. */
const SHARED = { 'src/testing': { 'src/inspector': ['./diagram'] } };

/** One zone for each pair that the table does not name. Type-only imports count. */
const zones = parts.flatMap((target) =>
  parts
    .filter((from) => from !== target && !IMPORT_TABLE[target].includes(from))
    .map((from) => zone({ target, from, except: SHARED[target]?.[from] ?? [] })),
);

function zone({ target, from, ...rest }) {
  return { target: `./${target}`, from: `./${from}`, ...rest, message: 'See the import table.' };
}

/** `no-restricted-imports` does not see `import('...')`; this pair of rules sees both forms. */
function confine(bans) {
  return {
    'no-restricted-imports': [
      'error',
      { patterns: bans.map(({ pattern, message }) => ({ regex: pattern, message })) },
    ],
    'no-restricted-syntax': [
      'error',
      ...bans.map(({ pattern, message }) => ({
        selector: `ImportExpression[source.value=/${pattern.replaceAll('/', '\\u002F')}/]`,
        message,
      })),
    ],
  };
}

const confinement = parts.map((part) => {
  const bans = CONFINED.filter(({ allowed }) => !allowed.includes(part));
  return {
    files: [filesOf(part)],
    rules: confine(PURE_PARTS.includes(part) ? [...bans, PURITY] : bans),
  };
});

export default defineConfig(
  globalIgnores([
    'dist/',
    'coverage/',
    'reports/',
    '.stryker-tmp/',
    'test/golden/',
    'docs/diagrams/',
    '.ci/consumer.ts',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  { files: ['**/*.{js,mjs}'], rules: { 'no-undef': 'off', 'no-debugger': 'error', 'prefer-const': 'error' } },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      // import() types would hide an import from the other rules.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // The compiler keeps a narrowing across calls that change it, and a session is changed by its own methods.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // Of `x as T` and `x!` after a bounds check, the first is ours: the second is banned as too easy to overlook.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // for-of walks code points of a string and makes an iterator: not for loops over bytes.
      '@typescript-eslint/prefer-for-of': 'off',
      // A socket is told by its transport's kind, not by its class; and there are no enums here.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' },
      ],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}', 'machines/**/*.ts', 'test/**/*.ts', 'docs/examples/**/*.ts'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        createNodeResolver({
          extensions: ['.ts', '.tsx', '.js'],
          extensionAlias: { '.js': ['.ts', '.js'], '.jsx': ['.tsx'] },
        }),
      ],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
    },
    rules: {
      'import-x/no-default-export': 'error',
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-restricted-paths': [
        'error',
        { basePath: import.meta.dirname, zones: [...zones, ...[...browserZones, ...roomZones].map(zone)] },
      ],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}', 'machines/**/*.ts'],
    rules: { 'max-lines': ['error', { max: 400 }] },
  },
  {
    // One object each, and one family of classes: cut in two, neither half could be read alone.
    files: [
      'src/constants.ts',
      'src/client/pool/connection-pool.ts',
      'src/session/client/http-client-session.ts',
      'src/session/server/http-server-response.ts',
      'src/session/http-session.ts',
      'src/session/core/session-core.ts',
      'src/protocol/message/http-messages.ts',
    ],
    rules: { 'max-lines': ['error', { max: 450 }] },
  },
  { files: ['src/session/client/client-exchange.ts'], rules: { 'max-lines': ['error', { max: 480 }] } },
  ...confinement,
  {
    files: Object.keys(BROWSER_TABLE).map((part) => `${part}/**/*.{ts,tsx}`),
    rules: confine([...CONFINED.filter(({ allowed }) => !allowed.includes('src/inspector')), BROWSER_ONLY]),
  },
  {
    // Vite takes its config as the default export.
    files: [`${PAGE}/vite.config.ts`],
    rules: { 'import-x/no-default-export': 'off' },
  },
  {
    files: PURE_PARTS.map(filesOf),
    rules: {
      'no-restricted-globals': ['error', ...CLOCKS.map((name) => ({ name, message: PURITY.message }))],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now', message: PURITY.message }],
    },
  },
  {
    files: ['src/cli/**/*.ts', 'docs/examples/**/*.ts', 'test/support/generate/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    // A channel that is held need not be looked up by its name; the deprecation is about channels that nobody holds.
    files: [
      'src/adapters/opentelemetry/client-telemetry.ts',
      'src/adapters/opentelemetry/server-telemetry.ts',
      'src/inspect/session-inspection.ts',
      'src/inspector/page-server/model-sink.ts',
      'test/session/core/diagnostics.test.ts',
      'test/support/proofs/real-bench.ts',
      'test/session/server/upgrade.test.ts',
    ],
    rules: { '@typescript-eslint/no-deprecated': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Tests hand methods to spies, implement asynchronous interfaces synchronously, and know their own fixtures.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      'no-restricted-imports': [
        'error',
        {
          name: 'node:timers/promises',
          importNames: ['default', 'setTimeout', 'setInterval', 'scheduler'],
          message: 'No sleeps: use the virtual clock.',
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Promise'] CallExpression[callee.name='setTimeout']",
          message: 'No sleeps: use the virtual clock, or wait for the event itself.',
        },
        {
          selector:
            'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(skip|only|todo|failing)$/]',
          message: 'No skipped, focused or promised tests.',
        },
      ],
    },
  },
);
