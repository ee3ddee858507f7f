/*
 * Prints, as JSON, the files of `src` and `machines` that one warm hello crosses: `node crossed-files.mjs server` or
 * `client`. The sources are transpiled file by file and run in this process, and V8 counts the calls of each function.
 */
import { mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { buildSync } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const WARM_UP = 50;
const REQUESTS = 20;

/** One server of ours and a raw client; resolves with what sends one request and reads its answer. */
async function serverHello({ HTTPServer }) {
  const server = new HTTPServer((_request, response) => response.end('Hello, world!'));
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const socket = net.connect(port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  return () =>
    new Promise((resolve) => {
      socket.once('data', resolve);
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    });
}

/** A raw server and one client session of ours. */
async function clientHello({ HTTPClientSession }) {
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nHello, world!';
  const server = net.createServer((socket) => socket.on('data', () => socket.write(answer)));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const session = new HTTPClientSession('127.0.0.1', server.address().port);
  return async () => (await session.request({ method: 'GET', path: '/' })).text();
}

function transpile(outdir) {
  const entryPoints = ['src', 'machines'].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => path.join(ROOT, folder, name)),
  );
  buildSync({ entryPoints, outdir, outbase: ROOT, format: 'esm', target: 'node20', logLevel: 'error' });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(outdir, 'node_modules'));
  writeFileSync(path.join(outdir, 'package.json'), '{"type":"module"}');
}

async function crossedFiles(outdir, role) {
  const index = await import(pathToFileURL(path.join(outdir, 'src/index.js')).href);
  const hello = await (role === 'server' ? serverHello(index) : clientHello(index));
  const inspector = new Session();
  inspector.connect();
  const counts = async () => (await inspector.post('Profiler.takePreciseCoverage')).result;
  for (let i = 0; i < WARM_UP; i++) await hello();
  await inspector.post('Profiler.enable');
  await inspector.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await counts();
  for (let i = 0; i < REQUESTS; i++) await hello();
  const base = pathToFileURL(`${outdir}/`).href;
  return (await counts())
    .filter(({ url }) => url.startsWith(base))
    .filter(({ functions }) => functions.some(({ ranges }) => ranges[0].count >= REQUESTS))
    .map(({ url }) => url.slice(base.length).replace(/\.js$/, '.ts'))
    .sort();
}

const outdir = realpathSync(mkdtempSync(path.join(tmpdir(), 'crossed-')));
try {
  transpile(outdir);
  console.log(JSON.stringify(await crossedFiles(outdir, process.argv[2])));
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
process.exit();
