import { serve } from '@hono/node-server';

import { createApp } from '../handlers/hono.mjs';
import { closed } from './server.mjs';

/** @returns {Promise<import('./server.mjs').Listening>} */
export const listen = () =>
  new Promise((resolve) => {
    const server = serve(
      {
        fetch: createApp().fetch,
        hostname: '127.0.0.1',
        port: 0,
        serverOptions: { keepAliveTimeout: 60_000 },
      },
      ({ port }) => resolve({ port, close: () => closed(server) }),
    );
  });
