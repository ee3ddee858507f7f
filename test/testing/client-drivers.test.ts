import http from 'node:http';
import { afterAll, describe, expect, it } from '@jest/globals';
import { HTTPClientSession } from '../../src/session/index.js';
import { clientDriver } from '../../src/testing/drivers/client/client-driver.js';
import type { AskClient } from '../../src/testing/drivers/client/client-system.js';
import { commandClient } from '../../src/testing/drivers/client/command-client.js';
import { clientModel } from '../../src/testing/models/client-model.js';
import { testModel } from '../../src/testing/run/test-model.js';

const PATHS = (process.env['PLAN'] ?? 'transitions') as never;

const sessions = new Map<string, HTTPClientSession>();
const ours: AskClient = async ({ url, method, body }) => {
  const { host, hostname, port, pathname } = new URL(url);
  let session = sessions.get(host);
  if (session === undefined) sessions.set(host, (session = new HTTPClientSession(hostname, Number(port))));
  const response = await session.request({ method, path: pathname, ...(body === undefined ? {} : { body }) });
  return { status: response.status, body: await response.text() };
};
const agent = new http.Agent({ keepAlive: true });
const node: AskClient = ({ url, method, body }) =>
  new Promise((resolve, reject) => {
    http
      .request(url, { method, agent }, (response) => {
        let text = '';
        response.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode!, body: text }));
        response.on('error', reject);
      })
      .on('error', reject)
      .end(body);
  });
const curl = commandClient(({ url, method, body }) => [
  'curl',
  '-s',
  '-X',
  method,
  ...(body ? ['-d', body] : []),
  url,
]);

describe.each([
  ['ours', ours],
  ['node', node],
  ['curl', curl],
] as const)('%s', (name, ask) => {
  const { coverage } = testModel({
    model: clientModel,
    driver: clientDriver({ name, ask }),
    paths: PATHS,
    it,
  });
  afterAll(() => {
    for (const session of sessions.values()) session.dispose();
    agent.destroy();
  });
  it('covers', () => {
    if (process.env['PLAN']) console.log(coverage.toText());
    expect(coverage.toJSON().transitions).toMatchObject({ missing: [] });
  });
});
