import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createBodyReader } from '../../src/protocol/body/readers.js';
import { DEFAULT_BODY_LIMITS, DEFAULT_HEAD_LIMITS } from '../../src/protocol/limits.js';
import { ReceiveBuffer } from '../../src/protocol/receive-buffer.js';
import { readRequestHead } from '../../src/protocol/head/request-head.js';
import { RemoteProtocolError } from '../../src/errors/index.js';
import { corpusCases } from '../support/protocol/corpus.js';
import { mutated } from '../support/protocol/mutations.js';
import {
  createReadingServer,
  seenByNode,
  type Seen,
  type SeenRequest,
} from '../support/protocol/node-http.js';

/** The complete requests that we read, up to the first that is refused or that may turn the connection over. */
function seenByUs(input: Buffer): SeenRequest[] {
  const buffer = new ReceiveBuffer();
  buffer.append(Buffer.from(input));
  const requests: SeenRequest[] = [];
  try {
    for (let more = true; more;) more = readOne(buffer, requests);
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) throw error;
  }
  return requests;
}

/** Reads one request; false if none can follow. */
function readOne(buffer: ReceiveBuffer, requests: SeenRequest[]): boolean {
  const head = readRequestHead(buffer, DEFAULT_HEAD_LIMITS);
  if (head === undefined) return false;
  const reader = createBodyReader(head.bodyLength, DEFAULT_BODY_LIMITS);
  const pieces: Buffer[] = [];
  for (let piece = reader.read(buffer); piece; piece = reader.read(buffer)) pieces.push(piece);
  if (!reader.complete) return false;
  const body = Buffer.concat(pieces).toString('latin1');
  requests.push({ method: head.message.method, target: head.message.uri, body });
  return head.persistent && !head.offersSwitch;
}

const server = createReadingServer();
const requests = corpusCases().filter(({ reading }) => reading.answers === null);

/** Errors by which the parser of `node:http` refuses what RFC 9110 permits; no boundary of a message is in doubt then. */
const THEIR_REFUSALS: Readonly<Record<string, string>> = {
  HPE_INVALID_METHOD: 'it knows a list of methods; any token is one (RFC 9110 section 9.1)',
  HPE_INVALID_TRANSFER_ENCODING:
    'it takes HTAB after `chunked` for a part of it; it is OWS (RFC 9110 section 5.6.3)',
};

/** Cases that we refuse and `node:http` reads, and why. */
const OUR_REFUSALS: Readonly<Record<string, string>> = {
  'An extension without a value': 'it takes an empty name or value for one (RFC 9112 section 7.1.1)',
  'An extension with a value alone': 'likewise',
  'Host in a trailer': 'a field that routes comes too late there (RFC 9110 section 6.5.1)',
  '257 fields': 'its cap is 2000',
  'Two empty lines before the request': 'it skips any number',
  'CONNECT with a path': 'it does not compare target and method',
  'CONNECT with a body': 'it takes the body for the beginning of the tunnel',
  'HTTP/0.9 by name': 'it takes 0.9 and 2.0 for versions that it speaks',
  'Two Hosts': 'it gives the first to its user (RFC 9112 section 3.2 asks for 400)',
  'Two Hosts that agree': 'likewise',
  'Two Hosts in HTTP/1.0': 'likewise',
  'A Host with a port that is no number':
    'it does not look into the Host (RFC 9112 section 3.2 asks for 400)',
  'A Host with two ports': 'likewise',
  'A Host with a port of six digits': 'likewise',
  'A Host with userinfo': 'likewise',
  'A Host with a path': 'likewise',
  'A Host with a space': 'likewise',
  'A Host with a malformed escape': 'likewise',
  'An unknown expectation': 'it leaves that to its user, whom it was given here',
  'An empty Transfer-Encoding beside Content-Length': 'it takes an empty Transfer-Encoding for none',
  'An empty Transfer-Encoding': 'likewise',
  'An empty Transfer-Encoding before a second one': 'likewise',
  'Another coding, then chunked': 'it gives the coded content to its user',
  'Chunked with a comma before': 'it ignores empty members of the list',
  'Transfer-Encoding in HTTP/1.0':
    'it reads it as in HTTP/1.1 (RFC 9112 section 6.1 calls the framing faulty)',
};

/** What we read, without those requests at the end that they refuse by one of `THEIR_REFUSALS`. */
function comparable(ours: readonly SeenRequest[], theirs: Seen): readonly SeenRequest[] {
  return theirs.error !== undefined && theirs.error in THEIR_REFUSALS
    ? ours.slice(0, theirs.requests.length)
    : ours;
}

/** What the parser of Node.js refuses as well, from 22 on. */
const REFUSED_SINCE_22: readonly string[] = [
  'An empty Transfer-Encoding beside Content-Length',
  'An empty Transfer-Encoding',
  'An empty Transfer-Encoding before a second one',
];

function isTakenHere(name: string): boolean {
  return Number.parseInt(process.versions.node) < 22 || !REFUSED_SINCE_22.includes(name);
}

describe('our reader and that of node:http', () => {
  it.each(requests)('our reader and node:http read the same requests: $file, $name', async ({ input }) => {
    const theirs = await seenByNode(server, input);
    const ours = comparable(seenByUs(input), theirs);
    expect(theirs.requests.slice(0, ours.length)).toEqual(ours);
  });

  it('our reader and node:http differ only in the listed cases, where we are stricter', async () => {
    const differing: string[] = [];
    for (const { name, input } of requests) {
      const theirs = await seenByNode(server, input);
      if (theirs.requests.length > seenByUs(input).length) differing.push(name);
    }
    expect(differing.sort()).toEqual(Object.keys(OUR_REFUSALS).filter(isTakenHere).sort());
  });

  it('our reader and node:http read the same requests in any mutation of them', async () => {
    const seeds = requests.filter(({ input }) => input.length < 400).map(({ input }) => input);
    await fc.assert(
      fc.asyncProperty(mutated(seeds), async (input) => {
        const theirs = await seenByNode(server, input);
        const ours = comparable(seenByUs(input), theirs);
        expect(theirs.requests.slice(0, ours.length)).toEqual(ours);
      }),
      { interruptAfterTimeLimit: 2_000, numRuns: 50_000 },
    );
  });
});
