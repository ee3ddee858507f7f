import { afterEach, describe, expect, it } from '@jest/globals';

import { MemoryClientLine, SocketClientLine, type ClientLine } from '../support/paths/client-lines.js';
import { ClientStage, type Outcome } from '../support/paths/client-stage.js';
import type { Far } from '../support/paths/far.js';

/*
 * A request whose connection does not come about: what client-faults.md cannot tell of every kind of connection alike. Nothing
 * of the request was sent, and so it may be sent again.
 */

let line: ClientLine | null = null;

afterEach(async () => {
  await line?.close();
});

const lost = (path: string, result: string): Outcome => ({
  result,
  'ended by': '-',
  'seen in': 'unconnected.connecting',
  request: `1: GET ${path}`,
  replay: 'safe',
  then: 'errored.fatal',
});

describe('a connection that is refused', () => {
  it.each(['memory', 'TCP', 'TLS'] as const)('a refused connection fails over %s', async (name) => {
    line = name === 'memory' ? new MemoryClientLine() : await SocketClientLine.open(name);
    const stage = await ClientStage.open(line, 'is refused');
    stage.begin('/refused');
    await line.settle(() => !stage.isPending);
    expect(stage.outcome()).toEqual(lost('/refused', 'NetworkError CONNECT'));
    stage.session.dispose();
  });
});

const FAULTS: Readonly<Record<string, readonly [strike: (far: Far) => Promise<void>, code: string]>> = {
  FIN: [(far) => far.fin(), 'CONNECT'],
  RST: [(far) => far.reset(), 'CONNECT'],
  garbage: [(far) => far.send('HTTP/1.1 400 Bad Request\r\n\r\n'), 'TLS'],
};

describe('a server that, in the handshake of TLS, sends', () => {
  it.each(Object.keys(FAULTS))('%s', async (fault) => {
    const [strike, code] = FAULTS[fault]!;
    line = await SocketClientLine.open('TLS');
    const stage = await ClientStage.open(line, 'hangs');
    stage.begin('/handshake');
    await strike(await stage.meet());
    await line.settle(() => !stage.isPending);
    expect(stage.outcome()).toEqual(lost('/handshake', `NetworkError ${code}`));
    stage.session.dispose();
  });
});
