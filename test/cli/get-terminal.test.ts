import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

import { describe, expect, it } from '@jest/globals';

import { indentedJson } from '../../src/cli/json-text.js';
import { TRANSITION_CHANNEL, type TransitionMessage } from '../../src/diagnostics.js';
import { withListening } from '../support/cli/ask.js';
import { run, TestIO, type TestIOOptions, type Outcome } from '../support/cli/run.js';

const TLS = new URL('../support/tls/', import.meta.url);

/** Runs `use` with the URL, without a slash at its end, of a server of the given behaviour. */
async function withHandler(
  handler: http.RequestListener,
  use: (url: string) => Promise<void>,
): Promise<void> {
  await withListening(http.createServer(handler), (port) => use(`http://127.0.0.1:${String(port)}`));
}

/** Runs `use` in a folder of its own. */
async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'http-session-'));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function get(args: readonly string[], options: TestIOOptions = {}): Promise<Outcome> {
  return run(['get', ...args], new TestIO(options));
}

const BOTH = { terminals: ['stdout', 'stderr'] } as const;

const json: http.RequestListener = (_request, response) => {
  response.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
  response.end('{"a":[1,{"b":"x, {y}"}],"big":12345678901234567890,"c":{},"d":[]}');
};

const INDENTED = `{
  "a": [
    1,
    {
      "b": "x, {y}"
    }
  ],
  "big": 12345678901234567890,
  "c": {},
  "d": []
}
`;

const moving: http.RequestListener = (request, response) => {
  if (request.url === '/old') response.writeHead(302, { Location: '/new' }).end('moved');
  else response.end('here');
};

describe('http-session get on a terminal', () => {
  it('get shows status, time and size on standard error', async () => {
    await withHandler(json, async (url) => {
      const { stderr } = await get([url], { terminals: ['stderr'] });
      expect(stderr).toMatch(/^< 200 OK {2}[\d.]+ ms {2}65 B\n$/);
    });
  });

  it('get shows JSON indented, with values as they were sent, and raw in a pipe', async () => {
    await withHandler(json, async (url) => {
      expect((await get([url], BOTH)).stdout).toBe(INDENTED);
      expect((await get([url, '--parallel', '2'], BOTH)).stdout).toBe(INDENTED + INDENTED);
      expect((await get([url])).stdout).toMatch(/^\{"a":\[1,.*\}$/);
    });
  });

  it('get leaves what is not JSON as it is, whatever its type says', async () => {
    const broken: http.RequestListener = (_request, response) => {
      response.setHeader('Content-Type', 'application/json').end('{"a":');
    };
    await withHandler(broken, async (url) => {
      expect((await get([url], BOTH)).stdout).toBe('{"a":\n');
    });
    expect(indentedJson('[1 2]')).toBeNull();
  });

  it('get ends the last line, so that the prompt has one of its own', async () => {
    await withHandler(moving, async (url) => {
      expect((await get([url], BOTH)).stdout).toBe('here\n');
      expect((await get([url])).stdout).toBe('here');
    });
  });

  it('get shows where redirects lead to', async () => {
    await withHandler(moving, async (url) => {
      const followed = await get([`${url}/old`, '-L'], { terminals: ['stderr'] });
      expect(followed.stderr.split('\n')).toEqual([
        expect.stringMatching(/^< 302 Found {2}[\d.]+ ms {2}-> http:\/\/127\.0\.0\.1:\d+\/new$/),
        expect.stringMatching(/^< 200 OK {2}[\d.]+ ms {2}4 B {2}from http:\/\/127\.0\.0\.1:\d+\/new$/),
        '',
      ]);
      const left = await get([`${url}/old`], { terminals: ['stderr'] });
      expect(left.stderr).toMatch(/^< 302 Found {2}[\d.]+ ms {2}5 B {2}-> \/new \(-L follows it\)\n$/);
    });
  });

  it('get prints lines for programs without a word beside them', async () => {
    await withHandler(json, async (url) => {
      expect((await get([url, '--json'], { terminals: ['stderr'] })).stderr).toBe('');
    });
  });

  it('get --verbose shows both heads, and nothing that a terminal would obey', async () => {
    const odd: http.RequestListener = (_request, response) => {
      response.sendDate = false;
      response.writeHead(200, { 'X-Odd': 'a\u009B2Jb', 'Content-Length': 0 }).end();
    };
    await withHandler(odd, async (url) => {
      const { stderr } = await get([`${url}/x?y=1`, '-v', '-d', 'abc', '-H', 'User-Agent: me']);
      expect(stderr).toBe(
        [
          '> POST /x?y=1 HTTP/1.1',
          `> Host: ${new URL(url).host}`,
          '> User-Agent: me',
          '> Accept: */*',
          '> Content-Length: 3',
          '>',
          '< HTTP/1.1 200 OK',
          '< X-Odd: a?2Jb',
          '< Content-Length: 0',
          '< Connection: keep-alive',
          '< Keep-Alive: timeout=5',
          '<\n',
        ].join('\n'),
      );
    });
  });

  it('get --timing prints the phases of a request, and --json has them as data', async () => {
    const server = https.createServer(
      { cert: readFileSync(new URL('cert.pem', TLS)), key: readFileSync(new URL('key.pem', TLS)) },
      (_request, response) => response.end('x'),
    );
    // On a busy machine, a session that has begun to look up may say so much later.
    const busy = (data: unknown): void => {
      const until = performance.now() + 5;
      while ((data as TransitionMessage).event === 'session.connect' && performance.now() < until);
    };
    subscribe(TRANSITION_CHANNEL, busy);
    await withListening(server, async (port) => {
      const url = `https://localhost:${String(port)}/`;
      const { stderr } = await get([url, '-k', '--timing']);
      expect(stderr).toMatch(
        /^look-up \S+ ms, connect \S+ ms, TLS \S+ ms, first byte \S+ ms, transfer \S+ ms, total \S+ m?s\n$/,
      );
      const { stdout } = await get([url, '-k', '--timing', '--json', '--repeat', '2']);
      const [first, second] = stdout
        .split('\n')
        .slice(0, 2)
        .map((line) => JSON.parse(line) as object);
      const each = expect.any(Number);
      const reused = { firstByte: each, transfer: each, total: each };
      expect(first).toMatchObject({ timing: { lookup: each, connect: each, tls: each, ...reused } });
      expect(second).toMatchObject({ timing: reused });
      expect(second).not.toHaveProperty('timing.connect');
    }).finally(() => unsubscribe(TRANSITION_CHANNEL, busy));
  });
});

describe('http-session get: options of curl', () => {
  it('get takes a URL without a scheme', async () => {
    await withHandler(moving, async (url) => {
      expect((await get([`${url.slice('http://'.length)}/`])).stdout).toBe('here');
    });
  });

  it('get takes the short options, also in one word', async () => {
    const mirror: http.RequestListener = (request, response) => {
      let body = '';
      request.on('data', (piece) => (body += String(piece)));
      request.on('end', () => {
        response.end(`${String(request.method)} ${String(request.headers['x-a'])} ${body}`);
      });
    };
    await withHandler(mirror, async (url) => {
      expect((await get(['-XPUT', '-HX-A:1', '-d', '-1', url])).stdout).toBe('PUT 1 -1');
      expect((await get(['-d', 'a=1', '-db=2', url])).stdout).toBe('POST undefined a=1&b=2');
      expect((await get(['-d', '@-', url], { stdin: 'typed' })).stdout).toBe('POST undefined typed');
      expect((await get(['-I', url])).stdout).toMatch(/^HTTP\/1\.1 200 OK\n[^]*\n\n$/);
      expect((await get(['-iL', url])).stdout).toMatch(/^HTTP\/1\.1 200 OK\n[^]*\n\nGET undefined $/);
    });
  });

  it('get -o writes to a file, and leaves none behind where nothing came', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'file');
      await withHandler(moving, async (url) => {
        const args = [url, '-o', file, '--repeat', '2'];
        expect(await get(args)).toEqual({ code: 0, stdout: '', stderr: '' });
        expect(readFileSync(file, 'utf8')).toBe('herehere');
      });
      const other = join(folder, 'other');
      expect((await get(['127.0.0.1:1', '-o', other])).code).toBe(1);
      expect(() => readFileSync(other)).toThrow('ENOENT');
    });
  });

  it('get -o names a file that cannot be written', async () => {
    await withHandler(moving, async (url) => {
      const { code, stderr } = await get([url, '-o', '/no/such/folder/file']);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^http-session: cannot write to the file: ENOENT[^\n]*\n$/);
    });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
  ])('get --compressed decodes %s', async (coding, compress) => {
    const compressed: http.RequestListener = (request, response) => {
      response.setHeader('Content-Encoding', coding);
      response.end(compress(`for ${String(request.headers['accept-encoding'])}`));
    };
    await withHandler(compressed, async (url) => {
      expect((await get([url, '--compressed'])).stdout).toBe('for gzip, deflate, br');
    });
  });

  it('get --compressed reports a body that cannot be decoded', async () => {
    const broken: http.RequestListener = (_request, response) => {
      response.setHeader('Content-Encoding', 'gzip').end('not that');
    };
    await withHandler(broken, async (url) => {
      const { code, stderr } = await get([url, '--compressed']);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^http-session: the body is not valid gzip: incorrect header check\n/);
    });
  });

  it('get --fail makes a failure of a status from 400 on, with --json as well', async () => {
    const missing: http.RequestListener = (_request, response) => response.writeHead(404).end('no');
    await withHandler(missing, async (url) => {
      expect(await get([url, '--fail'])).toEqual({
        ...{ code: 1, stdout: '' },
        stderr: 'http-session: the server answered 404 Not Found\n',
      });
      const { code, stdout } = await get([url, '--fail', '--json']);
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ ok: true, status: 404, body: 'no' });
      expect((await get([url, '--json'])).code).toBe(0);
    });
    expect((await get(['127.0.0.1:1', '--fail', '--json'])).code).toBe(1);
  });

  it('get --max-time ends a request whose body does not end', async () => {
    const endless: http.RequestListener = (_request, response) => response.write('begin');
    await withHandler(endless, async (url) => {
      const { code, stdout, stderr } = await get([url, '--max-time', '0.2']);
      expect({ code, stdout }).toEqual({ code: 1, stdout: 'begin' });
      expect(stderr).toMatch(
        /^http-session: the request took longer than 200 ms \(--max-time\)\n {2}the connection was in state connected\.open, in the response to request 1, GET/,
      );
    });
  });

  it('get --body none reads the body, and prints none', async () => {
    await withHandler(moving, async (url) => {
      expect(await get([url, '--body', 'none'])).toEqual({ code: 0, stdout: '', stderr: '' });
      const { stdout } = await get([url, '--body', 'none', '--json']);
      expect(JSON.parse(stdout)).not.toHaveProperty('body');
      expect(JSON.parse(stdout)).not.toHaveProperty('bodyBase64');
    });
  });

  it('get --json names the redirects that were followed', async () => {
    await withHandler(moving, async (url) => {
      const { stdout } = await get([`${url}/old`, '-L', '--json']);
      expect(JSON.parse(stdout)).toMatchObject({ url: `${url}/new`, redirects: [`${url}/old`] });
    });
  });
});

describe('http-session get: mistakes in TLS', () => {
  const options = {
    cert: readFileSync(new URL('cert.pem', TLS)),
    key: readFileSync(new URL('key.pem', TLS)),
  };

  it('get names an untrusted certificate in a sentence, and -k or --cacert accepts it', async () => {
    const server = https.createServer(options, (_request, response) => response.end('safe'));
    await withListening(server, async (port) => {
      const url = `https://127.0.0.1:${String(port)}/`;
      const { code, stderr } = await get([url]);
      expect(code).toBe(1);
      expect(stderr.split('\n')[0]).toBe(
        `http-session: cannot connect securely to 127.0.0.1:${String(port)}: its certificate is self-signed; --cacert FILE trusts it, -k accepts any certificate`,
      );
      expect((await get([url, '-k'])).stdout).toBe('safe');
      expect((await get([url, '--cacert', fileURLToPath(new URL('cert.pem', TLS))])).stdout).toBe('safe');
    });
  });

  it('get names a server that does not speak TLS, and one that does', async () => {
    await withHandler(moving, async (url) => {
      const { stderr } = await get([url.replace('http:', 'https:')]);
      expect(stderr).toMatch(/^http-session: [^\n]+: it does not speak TLS there; try http:\/\/\n/);
    });
    // What OpenSSL answers to a request in the clear: a fatal alert.
    const alerting = net.createServer((socket) => socket.end('\u0015\u0003\u0001\0\u0002\u0002\u0046'));
    await withListening(alerting, async (port) => {
      const { stderr } = await get([`http://127.0.0.1:${String(port)}/`]);
      expect(stderr).toMatch(
        /^http-session: the server did not answer in HTTP [^\n]*; if it speaks TLS there, try https:/,
      );
    });
  });

  it('get refuses a file without certificates', async () => {
    const { code, stderr } = await get(['https://127.0.0.1:1', '--cacert', fileURLToPath(import.meta.url)]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^http-session: the file of --cacert has no certificate in PEM format: /);
  });

  it('get shows the progress of a long transfer where the body goes elsewhere', async () => {
    const slow = net.createServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n');
      const timer = setInterval(() => socket.write(Buffer.alloc(200)), 70);
      socket.on('close', () => {
        clearInterval(timer);
      });
    });
    await withListening(slow, async (port) => {
      const { stderr } = await get([`127.0.0.1:${String(port)}`], { terminals: ['stderr'] });
      expect(stderr).toMatch(
        /^(?:\r\u001B\[K< [\d.]+ kB of 4\.0 kB {2}\d+ % {2}[\d.]+ k?B\/s)+\r\u001B\[K< 200 OK/,
      );
    });
  });
});
