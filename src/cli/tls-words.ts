import { HTTPSessionError } from '../errors/index.js';

const UNKNOWN_AUTHORITY = 'no authority that is trusted here has signed its certificate';
const ACCEPT = '--cacert FILE trusts it, -k accepts any certificate';

/** What is wrong, and what to do, by the code of the error of TLS. */
const SENTENCES: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: `its certificate is self-signed; ${ACCEPT}`,
  SELF_SIGNED_CERT_IN_CHAIN: `its certificate comes from an authority that is not trusted here; ${ACCEPT}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `${UNKNOWN_AUTHORITY}, or it sends an incomplete chain; ${ACCEPT}`,
  UNABLE_TO_GET_ISSUER_CERT: `${UNKNOWN_AUTHORITY}; ${ACCEPT}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `${UNKNOWN_AUTHORITY}; ${ACCEPT}`,
  CERT_HAS_EXPIRED: 'its certificate has expired; -k accepts any certificate',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; is the clock of this machine right?',
  CERT_REVOKED: 'its certificate was revoked',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there; try http://',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS there; try http://',
  ERR_SSL_HTTP_REQUEST: 'it does not speak TLS there; try http://',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'it has no version of TLS in common with this side',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'it has no version of TLS in common with this side',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'it has no cipher in common with this side, or wants a certificate',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it wants a certificate of the client',
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: 'it has no certificate for this name',
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: 'it does not speak HTTP/1.1',
};

/** What OpenSSL calls a record that is not one of TLS, whichever code it has. */
const NOT_TLS = /wrong version number|packet length too long|http request/i;

interface TLSFailure {
  readonly code?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** The text of an error for people: that of a mistake in TLS is a sentence of ours, not the words of OpenSSL. */
export function messageOf(error: Error): string {
  if (!(error instanceof HTTPSessionError)) return error.message;
  if (error.code === 'ERR_HTTP_SESSION_TLS') return tlsMessage(error);
  if (error.code === 'ERR_HTTP_SESSION_BAD_START_LINE') {
    return `the server did not answer in HTTP (${error.message}); if it speaks TLS there, try https://`;
  }
  return error.message;
}

function tlsMessage(error: HTTPSessionError): string {
  const { code = '', reason, message = '' } = Object(error.cause) as TLSFailure;
  const [, target] = /^cannot connect to (.+?): /.exec(error.message) ?? [];
  return `cannot connect securely to ${target ?? 'the server'}: ${sentenceOf(code, reason, message)}`;
}

function sentenceOf(code: string, reason: string | undefined, message: string): string {
  const sentence = SENTENCES[code];
  if (sentence !== undefined) return sentence;
  if (NOT_TLS.test(message)) return 'it does not speak TLS there; try http://';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return altNames(reason);
  return `TLS failed: ${(reason ?? code).toLowerCase()}`;
}

/** Node.js writes `Host: a. is not in the cert's altnames: DNS:b` or `IP: 1.2.3.4 is not in the cert's list: ...`. */
function altNames(reason: string | undefined): string {
  const [, names = ''] = /(?:altnames|list): ?(.*)$/.exec(reason ?? '') ?? [];
  const known = names.replace(/(?:DNS|IP Address):/g, '');
  return `its certificate is for ${known === '' ? 'another name' : `other names: ${known}`}; -k accepts any certificate`;
}
