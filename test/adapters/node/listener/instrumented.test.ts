import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { buildPackage, type BuiltPackage } from '../../../support/cli/build.js';

const run = promisify(execFile);

interface Report {
  readonly parents: readonly boolean[];
  readonly spans: readonly { readonly name: string; readonly kind: number; readonly attributes: object }[];
}

describe("OpenTelemetry's instrumentation of node:http", () => {
  let built: BuiltPackage;

  beforeAll(() => {
    built = buildPackage();
  });

  afterAll(() => {
    built.remove();
  });

  const reportOf = async (kind: string): Promise<Report> => {
    const program = built.copyOf('test/adapters/node/programs/instrumented.cjs');
    const { stdout } = await run(process.execPath, ['--no-warnings', program, kind]);
    return JSON.parse(stdout) as Report;
  };

  it('has one span for each request on sessions, with the attributes of node:http', async () => {
    const [node, sessions] = await Promise.all([reportOf('node'), reportOf('sessions')]);
    expect(sessions).toEqual(node);
    expect(sessions.parents).toEqual([true, true, true]);
    expect(sessions.spans.filter(({ name }) => name !== 'work').map(({ name }) => name)).toEqual([
      'GET /route/a',
      'GET /route/bad',
      'GET /route/lost',
    ]);
  });
});
