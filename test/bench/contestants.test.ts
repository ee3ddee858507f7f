import { describe, expect, it } from '@jest/globals';

import { benchModule, JOBS, sourceLibrary, type Listening, type Workload } from '../support/bench/modules.js';

interface Target {
  connect(count: number): Promise<void>;
  run(duration: number): Promise<{ requests: number }>;
  shut(): void;
}
type NewTarget = new (plan: object) => Target;
type FirstAnswer = (port: number, workload: Workload) => Promise<{ bytes: number; isChunked: boolean }>;

const { WORKLOADS } = await benchModule<{ WORKLOADS: Record<string, Workload> }>('workloads.mjs');
const { firstAnswer } = await benchModule<{ firstAnswer: FirstAnswer }>('load/first-answer.mjs');
const { Target } = await benchModule<{ Target: NewTarget }>('load/target.mjs');

/** Each workload of the servers with each contestant that meets it, once. */
const answers = new Map(
  JOBS.filter(({ load }) => load !== undefined && load.task === undefined).flatMap((job) =>
    [job.ours, ...job.rows.map(({ against }) => against)].map((kind) => {
      const { workload = '', depth = 1, fresh = false } = job.load ?? {};
      const what = `${kind} answers ${workload}${depth > 1 ? ` x${String(depth)}` : ''}`;
      return [what, { kind, workload: WORKLOADS[workload] as Workload, depth, fresh }] as const;
    }),
  ),
);

async function listen(kind: string, { answer, request }: Workload): Promise<Listening> {
  const { listen } = await benchModule<{ listen: (plan: object) => Promise<Listening> }>(
    `servers/${kind}.mjs`,
  );
  return await listen({ answer, requestBytes: request(40_000).length, library: sourceLibrary });
}

describe('the servers of the bench', () => {
  it.each([...answers])(
    '%s as the load generator expects it',
    async (_what, { kind, workload, depth, fresh }) => {
      const { port, close } = await listen(kind, workload);
      const { bytes, isChunked } = await firstAnswer(port, workload);
      const batch = workload.request(port).repeat(depth);
      const batchBytes = isChunked ? workload.bodyBytes : bytes * depth;
      const target = new Target({ port, batch, depth, batchBytes, isChunked, fresh });
      await target.connect(2);
      const { requests } = await target.run(0);
      target.shut();
      await close();
      expect(requests).toBe(2 * depth);
    },
  );

  it('an answer with another body is refused', async () => {
    const { port, close } = await listen('node-http', WORKLOADS['hello'] as Workload);
    const workload = { ...(WORKLOADS['hello'] as Workload), body: 'Hello, World!' };
    await expect(firstAnswer(port, workload)).rejects.toThrow('unexpected body: Hello, world!');
    await close();
  });

  it('an answer with another status is refused', async () => {
    const { port, close } = await listen('hono-ours', WORKLOADS['honoText'] as Workload);
    const workload = {
      ...(WORKLOADS['honoText'] as Workload),
      request: () => 'GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n',
    };
    await expect(firstAnswer(port, workload)).rejects.toThrow('unexpected answer: HTTP/1.1 404');
    await close();
  });
});

describe('the clients of the bench', () => {
  const tasks = JOBS.flatMap((job) =>
    job.load?.task === undefined
      ? []
      : [job.ours, ...job.rows.map(({ against }) => against)].map((kind) => ({ kind, ...job.load })),
  );

  it.each(tasks)('$kind does $task with $workload', async ({ kind, task, workload = '' }) => {
    const { bodyBytes } = WORKLOADS[workload] as Workload;
    const { port, close } = await listen('raw-net', WORKLOADS[workload] as Workload);
    interface Client {
      requests: (() => Promise<{ status: number; length: number }>)[];
      close: () => unknown;
    }
    const { open } = await benchModule<{ open: (plan: object) => Promise<Client> }>(`clients/${kind}.mjs`);
    const client = await open({ port, connections: 2, task, library: sourceLibrary });
    for (let round = 0; round < 2; round++) {
      const outcomes = await Promise.all(client.requests.map((request) => request()));
      expect(outcomes).toEqual(new Array(2).fill({ status: 200, length: bodyBytes }));
    }
    await client.close();
    await close();
  });
});
