import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { readGetOptions } from '../../src/cli/get-options.js';
import { withListening } from '../support/cli/ask.js';
import { run, TestIO, type Outcome } from '../support/cli/run.js';
import { TestProxy } from '../support/client/proxy.js';

/** Runs `use` with the URL of a server of the given behaviour. */
async function withHandler(
  handler: http.RequestListener,
  use: (url: string, server: http.Server) => Promise<void>,
): Promise<void> {
  const server = http.createServer(handler);
  await withListening(server, (port) => use(`http://127.0.0.1:${String(port)}`, server));
}

const good = (stdout: string): Outcome => ({ code: 0, stdout, stderr: '' });

/** Holds responses back until a number of requests is in progress. */
class Gate {
  readonly #size: number;
  readonly #held: http.ServerResponse[] = [];
  most = 0;

  constructor(size: number) {
    this.#size = size;
  }

  readonly handler: http.RequestListener = (_request, response) => {
    this.most = Math.max(this.most, this.#held.push(response));
    if (this.#held.length < this.#size) return;
    for (const held of this.#held.splice(0)) held.end('ok ');
  };
}

describe('http-session get --location', () => {
  const moving: http.RequestListener = (request, response) => {
    if (request.url === '/old') response.writeHead(302, { Location: '/new?a=1' }).end('moved');
    else response.end(`${String(request.method)} ${String(request.url)}`);
  };

  it.each(['-L', '--location'])('get %s follows redirects', async (flag) => {
    await withHandler(moving, async (url) => {
      expect(await run(['get', `${url}/old`, flag])).toEqual(good('GET /new?a=1'));
      expect(await run(['get', `${url}/old`, flag, '--data', 'x'])).toEqual(good('GET /new?a=1'));
    });
  });

  it('get -L sends user and password of the URL to no other origin', async () => {
    const credentials: (string | undefined)[] = [];
    const end: http.RequestListener = (request, response) => {
      credentials.push(request.headers.authorization);
      response.end('there');
    };
    await withHandler(end, async (other) => {
      const start: http.RequestListener = (request, response) => {
        credentials.push(request.headers.authorization);
        response.writeHead(307, { Location: other }).end();
      };
      await withHandler(start, async (url) => {
        expect(await run(['get', url.replace('//', '//u:p@'), '-L'])).toEqual(good('there'));
      });
    });
    expect(credentials).toEqual([`Basic ${Buffer.from('u:p').toString('base64')}`, undefined]);
  });

  it('get -L reports endless redirects in one line', async () => {
    const circular: http.RequestListener = (_request, response) =>
      response.writeHead(302, { Location: '/' }).end();
    await withHandler(circular, async (url) => {
      const { code, stderr } = await run(['get', url, '-L']);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^http-session: [^\n]*redirects more than 20 times[^\n]*\n$/);
    });
  });
});

describe('http-session get --retry', () => {
  it('get --retry repeats a request after a status that asks for it, as often as it was told', async () => {
    let requests = 0;
    const busy: http.RequestListener = (_request, response) => {
      response.writeHead(++requests > 2 ? 200 : 503).end(String(requests));
    };
    await withHandler(busy, async (url) => {
      expect(await run(['get', url, '--retry', '1'])).toEqual(good('2'));
      expect(await run(['get', url, '--retry', '1'])).toEqual(good('3'));
    });
  });

  it('get --retry repeats no POST that the server may have', async () => {
    let requests = 0;
    const failing: http.RequestListener = (request) => {
      requests++;
      request.socket.destroy();
    };
    await withHandler(failing, async (url) => {
      expect((await run(['get', url, '--retry', '3', '--data', 'x'])).code).toBe(1);
      expect(requests).toBe(1);
    });
  });
});

describe('http-session get --parallel', () => {
  it('get --parallel sends that many requests at once, each on its own connection', async () => {
    const gate = new Gate(20);
    await withHandler(gate.handler, async (url, server) => {
      let connections = 0;
      server.on('connection', () => connections++);
      const warnings: Error[] = [];
      const note = (warning: Error): void => void warnings.push(warning);
      process.on('warning', note);
      expect(await run(['get', url, '--parallel', '20'])).toEqual(good('ok '.repeat(20)));
      process.off('warning', note);
      expect({ connections, warnings }).toEqual({ connections: 20, warnings: [] });
    });
  });

  it('get --parallel with --repeat sends its requests over one pool', async () => {
    const gate = new Gate(3);
    await withHandler(gate.handler, async (url, server) => {
      let connections = 0;
      server.on('connection', () => connections++);
      const { stdout } = await run(['get', url, '--parallel', '3', '--repeat', '9', '--json']);
      expect(stdout.match(/"body":"ok "/g)).toHaveLength(9);
      expect({ connections, most: gate.most }).toEqual({ connections: 3, most: 3 });
    });
  });

  it('get --parallel prints each body in one piece', async () => {
    const halves: http.ServerResponse[] = [];
    const interleaved: http.RequestListener = (_request, response) => {
      response.write('<');
      if (halves.push(response) === 2) for (const half of halves) half.end('>');
    };
    await withHandler(interleaved, async (url) => {
      expect(await run(['get', url, '--parallel', '2'])).toEqual(good('<><>'));
    });
  });

  it('get --parallel reports each failure, and sends the others', async () => {
    let requests = 0;
    const odd: http.RequestListener = (request, response) => {
      if (requests++ % 2 === 0) request.socket.destroy();
      else response.end('good ');
    };
    await withHandler(odd, async (url) => {
      const { code, stdout, stderr } = await run([
        ...['get', url, '--parallel', '2', '--repeat', '6', '--method', 'POST'],
      ]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: 'good good good ' });
      expect(stderr).toMatch(/^(?:http-session: [^\n]+\n(?: {2}[^\n]+\n){2}){3}$/);
    });
  });

  it('get --parallel ends all requests, without a word, when its output is closed', async () => {
    const stdout = new Writable({
      write: (_piece, _encoding, done) => {
        done(Object.assign(new Error('gone'), { code: 'EPIPE' }));
      },
    }).on('error', () => undefined);
    const closed: Promise<unknown>[] = [];
    let requests = 0;
    const first: http.RequestListener = (request, response) => {
      closed.push(new Promise((resolve) => request.socket.once('close', resolve)));
      if (++requests === 4) response.end('one');
    };
    await withHandler(first, async (url) => {
      const outcome = await run(['get', url, '--parallel', '4', '--repeat', '100'], new TestIO({ stdout }));
      expect(outcome).toEqual(good(''));
      await Promise.all(closed);
      expect(requests).toBe(4);
    });
  });
});

describe('http-session get: ways to the server', () => {
  const named: http.RequestListener = (request, response) => response.end(request.headers.host);

  it('get --proxy sends through a proxy, with the credentials of its URL', async () => {
    await using proxy = await new TestProxy({ wants: 'Basic dTpw' }).listen();
    await withHandler(named, async (url) => {
      const way = `http://u:p@127.0.0.1:${String(proxy.port)}`;
      expect(await run(['get', `${url}/x`, '--proxy', way])).toEqual(good(new URL(url).host));
      expect(proxy.asked.at(-1)?.line).toBe(`GET ${url}/x`);
    });
  });

  it('get takes the proxy of the environment, unless --proxy is given', async () => {
    await using proxy = await new TestProxy({ wants: 'nothing that is sent' }).listen();
    const env = { http_proxy: `http://127.0.0.1:${String(proxy.port)}` };
    const args = ['get', 'http://origin.invalid/x', '--json'];
    await run(args, new TestIO({ env }));
    expect(proxy.asked.map(({ line }) => line)).toEqual(['GET http://origin.invalid/x']);
    await using other = await new TestProxy({ wants: 'nothing that is sent' }).listen();
    await run([...args, '--proxy', `127.0.0.1:${String(other.port)}`], new TestIO({ env }));
    expect([proxy.asked, other.asked]).toMatchObject([{ length: 1 }, { length: 1 }]);
    expect(
      (await readGetOptions(['http://origin.invalid/', '--proxy='], new TestIO({ env }))).proxy,
    ).toBeUndefined();
  });

  it('get refuses a malformed proxy of the environment by its name, without the password', async () => {
    const env = { http_proxy: 'ftp://u:secret@127.0.0.1' };
    const { code, stderr } = await run(['get', 'http://origin.invalid/'], new TestIO({ env }));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^http-session: http_proxy: /);
    expect(stderr).not.toContain('secret');
  });

  it('get --unix-socket connects to the socket, and names the host of the URL', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'http-session-'));
    const path = join(folder, 'socket');
    const server = http.createServer(named).listen(path);
    await once(server, 'listening');
    const env = { http_proxy: 'http://127.0.0.1:1' };
    const outcome = await run(
      ['get', 'http://docker/info', '--unix-socket', path, '--repeat', '2'],
      new TestIO({ env }),
    );
    expect(outcome).toEqual(good('dockerdocker'));
    server.close();
    rmSync(folder, { recursive: true });
  });
});
