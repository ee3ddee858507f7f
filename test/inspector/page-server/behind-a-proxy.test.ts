import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';

import { describe, expect, it } from '@jest/globals';
import { createProxyServer } from 'http-proxy-3';
import { WebSocket } from 'ws';

import type { InspectorPage } from '../../../src/inspector/page-server/inspector-page.js';
import { changeUntil } from '../../support/inspector/model.js';
import { whileOpen } from '../../support/inspector/page-server.js';

const NAME = 'mybox.example';

function pem(name: string): Buffer {
  return readFileSync(new URL(`../../support/tls/${name}.pem`, import.meta.url));
}

/** A proxy with TLS under the name of the page, as browsers reach it. */
async function behindProxy(
  page: InspectorPage,
  use: (port: number, headers: Record<string, string>) => Promise<void>,
  options: { readonly changeOrigin: boolean },
): Promise<void> {
  const agent = new http.Agent();
  const proxy = createProxyServer({ target: page.url, agent, ...options });
  proxy.on('error', (_error, _request, response) => response.destroy());
  const front = https.createServer({ cert: pem('cert'), key: pem('key') }, (request, response) => {
    proxy.web(request, response);
  });
  front.on('upgrade', (request, socket, head) => proxy.ws(request, socket, head));
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  try {
    await use((front.address() as AddressInfo).port, { Host: NAME, Origin: `https://${NAME}` });
  } finally {
    front.close();
    front.closeAllConnections();
    agent.destroy();
  }
}

async function got(
  port: number,
  path: string,
  headers: Record<string, string>,
): Promise<http.IncomingMessage> {
  const options = { port, path, headers, host: '127.0.0.1', agent: false, rejectUnauthorized: false };
  const request = https.get(options);
  request.on('error', () => undefined);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return response;
}

describe.each([{ changeOrigin: false }, { changeOrigin: true }])(
  'a page with a name, behind a proxy that ends TLS (%j)',
  (options) => {
    it('the page, its data and its feeds are served', async () => {
      await whileOpen(
        (page) =>
          behindProxy(
            page,
            async (port, headers) => {
              for (const path of ['/', '/api/fleet']) {
                const response = await got(port, path, headers);
                response.resume();
                expect(response.statusCode).toBe(200);
              }
              const feed = await got(port, '/api/feed', { ...headers, Accept: 'text/event-stream' });
              expect(feed.statusCode).toBe(200);
              const [piece] = (await once(feed, 'data')) as [Buffer];
              expect(piece.toString()).toMatch(/^event: fleet\ndata: /);
              feed.destroy();
            },
            options,
          ),
        { allowedHosts: [NAME] },
      );
    });

    it('its programs report over a WebSocket', async () => {
      await whileOpen(
        (page) =>
          behindProxy(
            page,
            async (port, headers) => {
              const socket = new WebSocket(`wss://127.0.0.1:${String(port)}`, {
                headers,
                rejectUnauthorized: false,
              });
              await once(socket, 'open');
              const snapshot = { status: 'active', value: 'a' };
              const heard = changeUntil(page.model, () => page.model.list({ state: 'a' }).total === 1);
              socket.send(JSON.stringify({ type: '@xstate.snapshot', sessionId: 'x', snapshot }));
              await heard;
              const closed = once(socket, 'close');
              socket.terminate();
              await closed;
            },
            options,
          ),
        { allowedHosts: [NAME] },
      );
    });
  },
);

describe('a page without a name, behind a proxy', () => {
  it('is refused, with the options that would allow it, whatever X-Forwarded-Host says', async () => {
    await whileOpen((page) =>
      behindProxy(
        page,
        async (port, headers) => {
          const response = await got(port, '/', { ...headers, 'X-Forwarded-Host': 'localhost' });
          const [body] = (await once(response, 'data')) as [Buffer];
          expect(response.statusCode).toBe(403);
          expect(body.toString()).toContain("allowedHosts: ['mybox.example']");
          expect(body.toString()).toContain('--allow-host mybox.example of http-session inspect and serve');
        },
        { changeOrigin: false },
      ),
    );
  });
});
