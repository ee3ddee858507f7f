import { TimeoutError, type HTTPSessionError, type RemoteProtocolError } from '../../errors/index.js';
import { badProxyHeader, readProxyHeader, recogniseProtocol } from '../../protocol/index.js';
import {
  Deadline,
  deadlinesOf,
  type Clock,
  type SocketAddress,
  type Transport,
  type TransportObserver,
  type ConnectionAddresses,
} from '../../transport/index.js';
import type { RoutedProtocol } from './route.js';

/** What recognitions need from their demultiplexer. */
export interface RecognitionOwner {
  readonly clock: Clock;
  /** Milliseconds that a recognition may take; 0 for no limit. */
  readonly firstByteTimeout: number;
  /** Whether every connection must start with a PROXY header. */
  readonly requiresProxyHeader: boolean;
  /** Whether a PROXY header of this peer is trusted. Does not throw. */
  trusts(peer: SocketAddress): boolean;
  /** The protocol is recognised. The transport still belongs to the recognition. */
  recognised(recognition: Recognition, protocol: RoutedProtocol): void;
  /** The connection is refused. */
  refused(recognition: Recognition, error: HTTPSessionError): void;
  /** The peer has closed the connection, or it was lost. */
  left(recognition: Recognition): void;
}

const UNIX_PEER: SocketAddress = { address: '', port: 0, family: 'unix' };

/** A connection whose first bytes are examined. It holds as many of them as that takes, plus one chunk. */
export class Recognition implements TransportObserver {
  readonly transport: Transport;
  readonly #owner: RecognitionOwner;
  readonly #deadline: Deadline<Recognition>;
  #proxied: ConnectionAddresses | undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #sawProxyHeader = false;
  #isTrusted: boolean | undefined;

  constructor(owner: RecognitionOwner, transport: Transport, addresses: ConnectionAddresses | undefined) {
    this.#owner = owner;
    this.transport = transport;
    this.#proxied = addresses;
    this.#deadline = new Deadline<Recognition>(deadlinesOf(owner.clock), this, Recognition.#tookTooLong);
  }

  /** Starts reading. */
  begin(): void {
    this.transport.watch(this);
    this.#deadline.arm(this.#owner.firstByteTimeout);
  }

  /** Stops reading. The transport is left to the caller. */
  end(): void {
    this.#deadline.disarm();
    this.transport.unwatch();
  }

  /** What was read, without the PROXY header. */
  get unread(): Buffer {
    return this.#bytes;
  }

  /** Addresses that replace the connection's own. */
  get proxied(): ConnectionAddresses | undefined {
    return this.#proxied;
  }

  /** The addresses in effect. */
  get addresses(): ConnectionAddresses {
    return {
      local: this.#proxied?.local ?? this.transport.localAddress,
      remote: this.#proxied?.remote ?? this.transport.remoteAddress,
    };
  }

  onBytes(chunk: Buffer, borrowed: boolean): void {
    if (this.#bytes.length > 0) this.#bytes = Buffer.concat([this.#bytes, chunk]);
    else this.#bytes = borrowed ? Buffer.from(chunk) : chunk;
    let protocol: RoutedProtocol | undefined;
    try {
      protocol = this.#look();
    } catch (error) {
      this.#owner.refused(this, error as RemoteProtocolError);
      return;
    }
    if (protocol !== undefined) this.#owner.recognised(this, protocol);
  }

  onEnded(): void {
    this.#owner.left(this);
  }

  onClosed(): void {
    this.#owner.left(this);
  }

  onFailed(): void {
    this.#owner.left(this);
  }

  onDrained(): void {
    // Nothing is written.
  }

  /** The protocol behind the PROXY header; `undefined` while more bytes are needed. @throws RemoteProtocolError */
  #look(): RoutedProtocol | undefined {
    let protocol = recogniseProtocol(this.#bytes);
    while (protocol === 'proxy-v1' || protocol === 'proxy-v2') {
      if (!this.#takeProxyHeader()) return undefined;
      protocol = recogniseProtocol(this.#bytes);
    }
    if (protocol !== undefined && this.#owner.requiresProxyHeader && !this.#sawProxyHeader) {
      throw badProxyHeader('the connection does not begin with a PROXY header');
    }
    return protocol;
  }

  /** Returns whether the header is complete. @throws RemoteProtocolError */
  #takeProxyHeader(): boolean {
    if (this.#sawProxyHeader) throw badProxyHeader('a PROXY header must not follow another one');
    this.#isTrusted ??= this.#trustsPeer();
    if (!this.#isTrusted) throw badProxyHeader('a PROXY header comes from a peer that is not trusted');
    const header = readProxyHeader(this.#bytes);
    if (header === undefined) return false;
    this.#sawProxyHeader = true;
    this.#proxied = header.addresses ?? this.#proxied;
    this.#bytes = this.#bytes.subarray(header.length);
    return true;
  }

  #trustsPeer(): boolean {
    const { remote } = this.addresses;
    // A plain stream without a peer address is never trusted.
    const peer = remote ?? (this.transport.kind === 'unix' ? UNIX_PEER : undefined);
    return peer !== undefined && this.#owner.trusts(peer);
  }

  static readonly #tookTooLong = (recognition: Recognition): void => {
    const owner = recognition.#owner;
    owner.refused(recognition, new TimeoutError('firstByte', owner.firstByteTimeout));
  };
}
