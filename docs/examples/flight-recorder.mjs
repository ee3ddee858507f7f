// A flight recorder: what happened before an error, in a file.
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HTTPClientSession, HTTPServer } from 'http-session-machine';
import { recordSessions } from 'http-session-machine/inspect';

const server = new HTTPServer((request, response) => response.end(`Hello from ${request.path}`));
let fileWritten;
const written = new Promise((resolve) => (fileWritten = resolve));
const recorder = recordSessions({
  of: [server],
  folder: join(tmpdir(), `recordings-${process.pid}`),
  onErrors: ['ERR_HTTP_SESSION_BAD_HOST'],
  onFile: fileWritten,
});
const { port } = await server.listen({ port: 0 });

const client = new HTTPClientSession('127.0.0.1', port);
console.log(await (await client.request('/orders?token=secret')).text());
const broken = new HTTPClientSession();
await broken.connect({ host: '127.0.0.1', port });
await broken.write('GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n');

const { path, reason, error } = await written;
console.log('written by an', reason, error.code);
const text = await readFile(path, 'utf8');
const { format, requests } = JSON.parse(text);
console.log(format, requests.paths.includes('/orders'), text.includes('secret'));

recorder.close();
client.close();
broken.close();
await server.stop();
await rm(join(path, '..'), { recursive: true });
