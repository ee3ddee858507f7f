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

/** What recognitions need of their demultiplexer. */
export interface RecognitionOwner {
  readonly clock: Clock;
  /** Milliseconds that a recognition may take; 0 for any time. */
  readonly firstByteTimeout: number;
  /** Whether every connection must begin with a PROXY header. */
  readonly requiresProxyHeader: boolean;
  /** Whether a PROXY header of this peer is to be believed. Does not throw. */
  trusts(peer: SocketAddress): boolean;
  /** The connection is what `protocol` says. The transport is still the recognition's. */
  recognised(recognition: Recognition, protocol: RoutedProtocol): void;
  /** The connection must not go on. */
  refused(recognition: Recognition, error: HTTPSessionError): void;
  /** The peer has left, or is gone. */
  left(recognition: Recognition): void;
}

const UNIX_PEER: SocketAddress = { address: '', port: 0, family: 'unix' };

/** A connection whose first bytes are looked at. It holds no more of them than it takes to tell, and one chunk. */
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

  /** Begins to look. */
  begin(): void {
    this.transport.watch(this);
    this.#deadline.arm(this.#owner.firstByteTimeout);
  }

  /** Looks no further. The transport is left to the caller. */
  end(): void {
    this.#deadline.disarm();
    this.transport.unwatch();
  }

  /** What arrived behind the PROXY header, if there was one. */
  get unread(): Buffer {
    return this.#bytes;
  }

  /** Addresses that hold instead of the connection's own. */
  get proxied(): ConnectionAddresses | undefined {
    return this.#proxied;
  }

  /** The addresses that hold. */
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

  /** What the connection is, behind its PROXY header; `undefined` while that cannot be told. @throws RemoteProtocolError */
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
    // A socket that tells nothing of its peer, and is not one of the system's either, is trusted by nobody.
    const peer = remote ?? (this.transport.kind === 'unix' ? UNIX_PEER : undefined);
    return peer !== undefined && this.#owner.trusts(peer);
  }

  static readonly #tookTooLong = (recognition: Recognition): void => {
    const owner = recognition.#owner;
    owner.refused(recognition, new TimeoutError('firstByte', owner.firstByteTimeout));
  };
}
