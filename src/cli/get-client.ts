import { HTTPClient, redirect, retry, type HTTPClientOptions, type Interceptor } from '../client/index.js';
import type { GetOptions } from './get-options.js';
import { UsageError } from './usage.js';

/** The client that sends the requests of `get`. @throws UsageError for a malformed proxy or socket path */
export function clientFor(options: GetOptions): HTTPClient {
  const { parallel, proxy, socketPath, timeout, location } = options;
  const interceptors: Interceptor[] = [];
  if (location) interceptors.push(redirect());
  // Within the redirects: each of their requests is repeated alone.
  if (options.retry > 0) interceptors.push(retry({ limit: options.retry }));
  try {
    const client = new HTTPClient({
      maxConnections: parallel,
      // Each request has a connection of its own to wait for, and opening that has a limit.
      queueTimeout: 0,
      proxy,
      socketPath,
      ...timeoutsOf(timeout),
    });
    return client.compose(...interceptors);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function timeoutsOf(timeout: number | undefined): HTTPClientOptions {
  return { connectTimeout: timeout, sendTimeout: timeout, receiveTimeout: timeout };
}
