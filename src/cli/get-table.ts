import type { OptionTable } from './option-table.js';

/** The options of `http-session get`; short names are those of curl. */
export const GET_TABLE = {
  method: { type: 'string', short: 'X', value: 'M', help: 'request method (GET, or POST with --data)' },
  header: {
    ...{ type: 'string', short: 'H', multiple: true, value: "'N: v'" },
    help: 'adds a header field; repeatable',
  },
  data: {
    ...{ type: 'string', short: 'd', multiple: true, value: 'S' },
    help: 'sends S as the body; @FILE sends a file, @- what standard input has; several are joined with &',
  },
  head: {
    ...{ type: 'boolean', short: 'I', default: false },
    help: 'sends HEAD and prints the status line and the header fields',
  },
  include: {
    ...{ type: 'boolean', short: 'i', default: false },
    help: 'prints the status line and the header fields before the body',
  },
  output: {
    ...{ type: 'string', short: 'o', value: 'FILE', file: true },
    help: 'writes to a file instead of standard output; - is standard output',
  },
  'remote-name': {
    ...{ type: 'boolean', short: 'O', default: false },
    help: 'writes to a file with the last name in the path of the URL',
  },
  body: {
    ...{ type: 'string', default: 'auto', value: 'auto|none', words: ['auto', 'none'] },
    help: 'none leaves the body out of what is printed',
  },
  compressed: {
    ...{ type: 'boolean', default: false },
    help: 'asks for a compressed response, and decodes it',
  },
  location: {
    ...{ type: 'boolean', short: 'L', default: false },
    help: 'follows redirects; another origin gets no credentials',
  },
  fail: {
    ...{ type: 'boolean', short: 'f', default: false },
    help: 'a status of 400 or more is a failure: no body, exit code 1; with --json failures exit with 1, too',
  },
  retry: {
    ...{ type: 'string', default: '0', value: 'N' },
    help: 'repeats a request up to N times where that is safe, after an error and 429, 502, 503, 504',
  },
  repeat: {
    ...{ type: 'string', value: 'N' },
    help: 'sends N requests in all, one after another on one connection (1)',
  },
  parallel: {
    ...{ type: 'string', default: '1', value: 'N' },
    help:
      'sends N requests at once, each on a connection of its own, and prints each body when it is complete; ' +
      'with --repeat M, M requests in all, N at once',
  },
  proxy: {
    ...{ type: 'string', value: 'URL' },
    help: "sends through a proxy (http_proxy, https_proxy and no_proxy of the environment; '' for none)",
  },
  'unix-socket': {
    ...{ type: 'string', value: 'PATH', file: true },
    help: 'connects to a Unix domain socket; the URL names the host for the server',
  },
  insecure: {
    ...{ type: 'boolean', short: 'k', default: false },
    help: 'accepts any certificate; others can read and change what is sent',
  },
  cacert: {
    ...{ type: 'string', value: 'FILE', file: true },
    help: 'trusts the authorities in a PEM file instead of those of Node.js',
  },
  json: {
    ...{ type: 'boolean', default: false },
    help: 'prints one line of JSON per request, failed requests included; the exit code is 0',
  },
  timing: {
    ...{ type: 'boolean', default: false },
    help: 'prints how long look-up, connect, TLS, first byte and transfer took',
  },
  trace: {
    ...{ type: 'boolean', default: false },
    help: 'prints every transition of calls and connections to standard error',
  },
  verbose: {
    ...{ type: 'boolean', short: 'v', default: false },
    help: 'prints the heads of requests and responses to standard error',
  },
  timeout: {
    ...{ type: 'string', value: 'MS' },
    help: 'milliseconds without progress while connecting, sending or receiving; 0 means no timeout',
  },
  'max-time': {
    ...{ type: 'string', value: 'SECONDS' },
    help: 'seconds that a request may take in all, redirects and body included, such as 2.5',
  },
} as const satisfies OptionTable;
