import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ask, withListening } from '../support/cli/ask.js';
import { buildPackage, type BuiltPackage } from '../support/cli/build.js';
import { Process } from '../support/cli/process.js';

const TLS = new URL('../support/tls/', import.meta.url);

let built: BuiltPackage;

beforeAll(() => {
  built = buildPackage();
}, 120_000);

afterAll(() => {
  built.remove();
});

function httpSession(args: readonly string[], env?: Record<string, string>): Process {
  return new Process(built.script('cli/main'), args, env);
}

/** Runs `use` with `http-session serve` as a process; it has to end with exit code 0. */
async function whileServing(use: (url: string, server: Process) => Promise<void>): Promise<void> {
  const server = httpSession(['serve', '--port', '0']);
  try {
    const [, url = ''] = await server.printed(/^listening on (http:\S+)\n/);
    await use(url, server);
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(server.err).toMatch(/^draining [^\n]+\n(?:aborting[^\n]+\n)?drained in [^\n]+\n$/);
  } finally {
    server.child.kill('SIGKILL');
  }
}

describe('The command as a process', () => {
  it('the command can be run by its name', () => {
    expect(readFileSync(built.script('cli/main'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it('the command finds the version and the diagrams of its package', async () => {
    const version = httpSession(['--version']);
    expect(await version.ended).toBe(0);
    expect(version.out).toMatch(/^\d+\.\d+\.\d+/);
    const diagram = httpSession(['diagram', '--format', 'svg']);
    expect(await diagram.ended).toBe(0);
    expect(diagram.out).toMatch(/^<svg /);
  });

  it('the command ends with exit code 2 and one line for invalid arguments', async () => {
    const command = httpSession(['get']);
    expect(await command.ended).toBe(2);
    expect(command.out).toBe('');
    expect(command.err).toMatch(/^http-session: the URL is missing\ntry http-session get --help\n$/);
  });

  it('serve answers, and a signal lets requests in progress finish', async () => {
    await whileServing(async (url, server) => {
      expect((await ask(url)).body.toString()).toBe('Hello, world!');
      const upload = http.request(`${url}/echo`, { method: 'POST', agent: false });
      upload.write('one ');
      const [response] = (await once(upload, 'response')) as [http.IncomingMessage];
      server.child.kill('SIGTERM');
      upload.end('two');
      let body = '';
      for await (const piece of response) body += String(piece);
      expect(body).toBe('one two');
      expect(await server.ended).toBe(0);
    });
  });

  it('serve continues when its output pipe is closed', async () => {
    await whileServing(async (url, server) => {
      server.child.stdout?.destroy();
      expect((await ask(`${url}/json`)).status).toBe(200);
    });
  });

  it('get talks to serve', async () => {
    await whileServing(async (url) => {
      const command = httpSession(['get', `${url}/echo`, '--data', 'hello', '--repeat', '2', '--json']);
      expect(await command.ended).toBe(0);
      expect(command.err).toBe('');
      const lines = command.out.trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
        { ok: true, status: 200, body: 'hello' },
        { ok: true, status: 200, body: 'hello' },
      ]);
    });
  });

  it('get ends quietly when its output pipe is closed', async () => {
    await whileServing(async (url) => {
      const command = httpSession(['get', `${url}/big`]);
      await once(command.child.stdout!, 'data');
      command.child.stdout!.destroy();
      expect(await command.ended).toBe(0);
      expect(command.err).toBe('');
    });
  });

  it('get speaks TLS to a server with a trusted certificate', async () => {
    const options = {
      cert: readFileSync(new URL('cert.pem', TLS)),
      key: readFileSync(new URL('key.pem', TLS)),
    };
    const server = https.createServer(options, (request, response) => {
      response.end(`for ${String(request.headers.host)}`);
    });
    await withListening(server, async (port) => {
      const trust = { NODE_EXTRA_CA_CERTS: fileURLToPath(new URL('cert.pem', TLS)) };
      const command = httpSession(['get', `https://127.0.0.1:${String(port)}/`], trust);
      expect(await command.ended).toBe(0);
      expect(command.out).toBe(`for 127.0.0.1:${String(port)}`);
      expect(command.err).toBe('');
    });
  });

  it('npm start serves beside its own traffic, and an interrupt ends it', async () => {
    const start = new Process(built.script('cli/start'), [], { PORT: '0' });
    try {
      const [, url = ''] = await start.printed(/^listening on (http:\S+)\n/);
      expect((await ask(url)).body.toString()).toBe('Hello, world!');
      await start.printed(/^connections: \d+ of \d+ so far; /m);
      start.child.kill('SIGINT');
      expect(await start.ended).toBe(0);
      expect(start.err).toMatch(/^draining [^\n]+\ndrained in [^\n]+\n$/);
    } finally {
      start.child.kill('SIGKILL');
    }
  });
});
