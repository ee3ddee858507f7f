import { RemoteProtocolError } from '../../errors/index.js';

/** One end of the connection that a proxy accepted. */
export interface ProxiedAddress {
  /** The IP address; IPv6 in the form of RFC 5952. */
  readonly address: string;
  /** The port. */
  readonly port: number;
  /** Which kind of address. */
  readonly family: 'IPv4' | 'IPv6';
}

/** Both ends of the connection that a proxy accepted. */
export interface ProxiedAddresses {
  /** Where the client connected to. */
  readonly local: ProxiedAddress;
  /** The client. */
  readonly remote: ProxiedAddress;
}

/** A PROXY protocol header. */
export interface ProxyHeader {
  /** Of the protocol. */
  readonly version: 1 | 2;
  /** `undefined` when the header gives none that can be used: the connection's own addresses hold then. */
  readonly addresses: ProxiedAddresses | undefined;
  /** How many bytes the header takes. */
  readonly length: number;
}

/** The error for a malformed header. */
export function badProxyHeader(message: string): RemoteProtocolError {
  return new RemoteProtocolError(message, 'ERR_HTTP_SESSION_BAD_PROXY_HEADER');
}
