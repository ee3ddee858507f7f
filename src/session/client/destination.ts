import type { ConnectTarget } from '../../transport/index.js';
import { authorityOf, hostLine } from './host-field.js';

/** Where a client session belongs: what it connects to, and what the Host field of its requests names. */
export class Destination {
  readonly #defaultPort: number;
  host: string;
  port: number;
  /** The Unix domain socket that it connects to, instead of host and port. */
  #path: string | null = null;
  /** The Host field of a request whose target names no authority. */
  #hostLine: string;

  constructor(host: string, port: number, defaultPort: number) {
    this.#defaultPort = defaultPort;
    this.host = host;
    this.port = port;
    this.#hostLine = hostLine(host, port, defaultPort);
  }

  /** What to connect to; `null` when it knows no place. */
  get address(): ConnectTarget | null {
    if (this.#path !== null) return { path: this.#path };
    return this.host === '' ? null : { host: this.host, port: this.port };
  }

  /** Changes what to connect to. */
  moveTo(target: ConnectTarget): void {
    if ('host' in target && this.#path === null && target.host === this.host && target.port === this.port) {
      return;
    }
    this.#path = 'path' in target ? target.path : null;
    if ('host' in target) {
      this.host = target.host;
      this.port = target.port;
    }
    const host = this.host === '' && this.#path !== null ? 'localhost' : this.host;
    this.#hostLine = hostLine(host, this.port, this.#defaultPort);
  }

  /** A target that names an authority is answered by that, whatever the connection leads to (RFC 9112 section 3.2). */
  hostLineFor(target: string): string {
    const namesNone = target.charCodeAt(0) === 0x2f || target === '*';
    return namesNone ? this.#hostLine : `Host: ${authorityOf(target)}\r\n`;
  }
}
