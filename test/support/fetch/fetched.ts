import { toRequestHandler, type FetchHandler, type FetchOptions } from '../../../src/adapters/fetch/index.js';
import { Served } from '../http/served.js';

/** One connection whose requests a fetch handler answers, over memory; the far end is a raw client. */
export class Fetched extends Served {
  constructor(handler: FetchHandler, options: FetchOptions & { readonly reads?: boolean } = {}) {
    super(toRequestHandler(handler, { scheme: options.scheme }), {}, { reads: options.reads ?? true });
  }
}

/** What a handler saw of a request. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly fields: readonly (readonly [string, string])[];
  readonly body: string | null;
}

/** What a fetch handler sees of the requests that a client sends, and what the client gets. */
export async function seenOf(
  wire: string,
  options: FetchOptions & { readonly encrypted?: boolean } = {},
): Promise<{ readonly seen: readonly Seen[]; readonly text: string; readonly faults: readonly unknown[] }> {
  const seen: Seen[] = [];
  const fetched = new Fetched(async (request) => {
    const body = request.body === null ? null : await request.text();
    seen.push({ method: request.method, url: request.url, fields: [...request.headers], body });
    return new Response('seen');
  }, options);
  if (options.encrypted === true) Object.assign(fetched.near, { encrypted: true });
  await fetched.send(wire);
  return { seen, text: fetched.text, faults: fetched.faults };
}

const encoder = new TextEncoder();

/** The bytes of a text, as bodies have them. */
export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

/** A body that a test feeds, and that tells how often it was asked and whether it was cancelled. */
export class FedBody {
  readonly stream: ReadableStream<Uint8Array>;
  pulls = 0;
  /** The reasons of all cancellations. */
  readonly cancelled: unknown[] = [];
  #controller!: ReadableStreamDefaultController<Uint8Array>;

  /** @param refill - is called whenever a piece is wanted. */
  constructor(refill?: (body: FedBody) => void) {
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.pulls++;
          refill?.(this);
        },
        cancel: (reason) => {
          this.cancelled.push(reason);
        },
      },
      { highWaterMark: 0 },
    );
  }

  feed(piece: string | Uint8Array): void {
    this.#controller.enqueue(typeof piece === 'string' ? bytesOf(piece) : piece);
  }

  end(): void {
    this.#controller.close();
  }

  fail(error: unknown): void {
    this.#controller.error(error);
  }
}

export { reportedDuring } from '../http/reported.js';
