import { HTTPClient, type HTTPClientOptions } from '../client/index.js';
import type { GetOptions } from './get-options.js';
import { UsageError } from './usage.js';

/** The client that sends the requests of `get`. @throws UsageError for a malformed proxy or socket path */
export function clientFor(options: GetOptions): HTTPClient {
  const { parallel, proxy, socketPath, timeout, tls } = options;
  try {
    return new HTTPClient({
      maxConnections: parallel,
      // Each request has a connection of its own to wait for, and opening that has a limit.
      queueTimeout: 0,
      proxy,
      socketPath,
      tls,
      ...timeoutsOf(timeout),
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function timeoutsOf(timeout: number | undefined): HTTPClientOptions {
  return { connectTimeout: timeout, sendTimeout: timeout, receiveTimeout: timeout };
}
