import type { HTTPServer } from '../../../src/server/index.js';
import { createMemoryPair, VirtualClock, type MemorySocket } from '../../../src/transport/index.js';
import { responsesIn } from '../http/messages.js';
import { settled } from '../transport/sockets.js';

/** A request as an application saw it: method and target. */
export type SeenBy = (port: number, request: string) => void;

/** Makes a server whose application reports each request with the port of its client. */
export type MakeServer = (clock: VirtualClock, see: SeenBy) => HTTPServer;

/** What becomes of the bytes that one client sends, and of its connection. */
class Verdict {
  readonly #socket: MemorySocket;
  readonly #seen: string[] = [];
  #text = '';
  #isEnded = false;
  #isReset = false;
  #beforeFin = '';

  constructor(server: HTTPServer, clock: VirtualClock, verdicts: Map<number, Verdict>) {
    const pair = createMemoryPair({ clock });
    verdicts.set(pair.client.localPort, this);
    this.#socket = pair.client;
    this.#socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
    });
    this.#socket.on('end', () => {
      this.#isEnded = true;
    });
    this.#socket.on('error', () => {
      this.#isReset = true;
    });
    server.serve(pair.server);
  }

  see(request: string): void {
    this.#seen.push(request);
  }

  send(bytes: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  fin(): void {
    this.#beforeFin = this.#answers();
    if (!this.#socket.destroyed) this.#socket.fin();
  }

  /** Statuses, the bodies of what was found, and what has become of the connection. */
  #answers(): string {
    const responses = answersIn(
      this.#text,
      this.#seen.map((request) => request.slice(0, request.indexOf(' '))),
    );
    const end = this.#isReset ? 'reset' : this.#isEnded ? 'closed' : 'kept';
    return [...responses, end].join(', ');
  }

  get line(): string {
    return `${this.#seen.join(', ')} | ${this.#beforeFin} | FIN | ${this.#answers()}`;
  }
}

function answersIn(wire: string, methods: readonly string[]): string[] {
  try {
    const responses = responsesIn(wire, methods);
    // A server may leave 100 Continue out when content is there already.
    const finals = responses.filter(({ status }) => status !== 100);
    return finals.map(
      ({ status, body }) => `${String(status)}${status === 200 ? ` ${JSON.stringify(body)}` : ''}`,
    );
  } catch {
    // As an answer that gives a body back is, where that body is malformed.
    return [...wire.matchAll(/HTTP\/1\.1 (?!100)(\d{3}) /g), ['', 'cut off']].map(([, status]) =>
      String(status),
    );
  }
}

/**
 * The verdicts of a server, over memory and in virtual time: one line for each input with the requests that the
 * application saw, the answers, and whether the connection was kept or closed, before and after a FIN.
 */
export async function verdictsOf(make: MakeServer, inputs: readonly Buffer[]): Promise<string[]> {
  const clock = new VirtualClock(1_700_000_000_000);
  const byPort = new Map<number, Verdict>();
  const server = make(clock, (port, request) => byPort.get(port)?.see(request));
  const verdicts = inputs.map(() => new Verdict(server, clock, byPort));
  for (const [index, verdict] of verdicts.entries()) verdict.send(inputs[index] as Buffer);
  // A stream of node:http takes some turns to end.
  for (let turn = 0; turn < 5; turn++) await settled();
  for (const verdict of verdicts) verdict.fin();
  for (let turn = 0; turn < 5; turn++) await settled();
  await server.stop();
  return verdicts.map(({ line }) => line);
}
