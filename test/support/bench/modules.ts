/** A row of the bench, as far as tests look at it. */
export interface Row {
  readonly name: string;
  readonly work: string;
  readonly against: string;
  readonly part: string;
  readonly unit: string;
  readonly sense: 'at least' | 'at most';
  readonly bound: number | null;
  readonly aim: number | null;
}

/** What one contestant cost in one round, by the part of the job. */
export type Costs = Readonly<Record<string, { readonly cost: number }>>;

export interface Contestant {
  readonly kind: string;
  readonly root: string;
}

export interface Job {
  readonly ours: string;
  readonly rows: readonly Row[];
  readonly measure: (
    settings: object,
    contestants: readonly Contestant[],
  ) => Promise<readonly (readonly Costs[])[]>;
  readonly load?: {
    readonly workload: string;
    readonly depth?: number;
    readonly fresh?: boolean;
    readonly task?: string;
  };
}

export interface Workload {
  readonly answer: string;
  readonly request: (port: number) => string;
  readonly bodyBytes: number;
  readonly body?: string;
}

export interface Listening {
  readonly port: number;
  readonly close: () => unknown;
}

/** A module of test/bench, which is not written in TypeScript: it runs without a build. */
export async function benchModule<TModule>(path: string): Promise<TModule> {
  return (await import(new URL(`../../bench/${path}`, import.meta.url).href)) as TModule;
}

export const { JOBS, ROWS } = await benchModule<{ JOBS: readonly Job[]; ROWS: readonly Row[] }>(
  'rows/jobs.mjs',
);

/** The sources in place of the built package, which tests must not need. */
export const sourceLibrary = {
  load: (entry: string): Promise<unknown> => {
    const modules: Readonly<Record<string, () => Promise<unknown>>> = {
      '.': () => import('../../../src/index.js'),
      './client': () => import('../../../src/client/index.js'),
      './fetch': () => import('../../../src/adapters/fetch/index.js'),
      './undici': () => import('../../../src/adapters/undici/index.js'),
      './inspect': () => import('../../../src/inspector/index.js'),
      './node': () => import('../../../src/adapters/node/index.js'),
    };
    return modules[entry]?.() ?? Promise.reject(new Error(`no entry point ${entry}`));
  },
};
