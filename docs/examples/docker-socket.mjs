// Docker's API over its Unix domain socket: one option names the socket, the URL has the path.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { HTTPServer } from 'http-session-machine';
import { HTTPClient } from 'http-session-machine/client';

// Stands for the Docker daemon, whose socket is /var/run/docker.sock.
const folder = mkdtempSync(join(tmpdir(), 'docker-'));
const socketPath = join(folder, 'docker.sock');
const daemon = new HTTPServer(async (request, response) => {
  if (request.path === '/v1.47/containers/json') {
    response.setContentType('application/json').end(JSON.stringify([{ Id: 'c0ffee', Image: 'postgres:17' }]));
    return;
  }
  for (const status of ['create', 'start'])
    await response.write(`${JSON.stringify({ status, id: 'c0ffee' })}\n`);
  response.end();
});
await daemon.listen({ path: socketPath });

const docker = new HTTPClient({ socketPath });
const containers = await docker.request('http://localhost/v1.47/containers/json?all=true');
console.log(containers.status, await containers.json());

// Events are one JSON text a line, and may pause for hours: no limit for that.
const events = await docker.request('http://localhost/v1.47/events', { timeouts: { receive: 0 } });
let rest = '';
for await (const piece of events) {
  const lines = `${rest}${piece}`.split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) console.log(JSON.parse(line).status);
}

// Where only some requests go over a socket, name it with the request.
const mixed = new HTTPClient();
const again = await mixed.request('http://localhost/v1.47/containers/json', { socketPath });
console.log(again.status, await again.text());

await Promise.all([docker.drain(), mixed.drain()]);
await daemon.stop();
rmSync(folder, { recursive: true });
