import { afterAll, describe, expect, it } from '@jest/globals';

import { createReadingServer, seenByNode, type SeenRequest } from '../support/protocol/node-http.js';
import { payloads, type Payload } from './garden/payloads.js';
import { Bed } from './garden/runs.js';
import { sampled } from '../support/thoroughness.js';

/*
 * There is no payload in which we see a message boundary (a request with its body) that strict llhttp does not see.
 */

const bed = new Bed();
const node = createReadingServer();
afterAll(() => {
  node.close();
});

const EARLIER = Buffer.from('GET /earlier HTTP/1.1\r\nHost: a\r\n\r\n');

/** The log that is due when an earlier request was served on the same connection. */
function behindEarlier(due: string): string {
  return `GET /earlier, ${due}`.replace(/, (?=\d{3},|FIN)/, ', 200, ');
}

const familiar = payloads.filter(({ isForeign }) => !isForeign);
const some = sampled(payloads, 400);
const foreign = payloads.filter(({ isForeign }) => isForeign);

/** The requests of a log as the log writes them. */
function written(requests: readonly SeenRequest[]): string[] {
  return requests.map(
    ({ method, target, body }) => `${method} ${target}${body === '' ? '' : ` ${JSON.stringify(body)}`}`,
  );
}

async function seenByUs(bytes: Buffer): Promise<string[]> {
  const [log = ''] = await bed.logs([[bytes]]);
  return log
    .slice(0, /(^|, )(\d{3}|FIN)(,|$)/.exec(log)?.index)
    .split(', ')
    .filter(Boolean);
}

/** What we see and `node:http` does not, on the same bytes. */
async function beyondNode(bytes: Buffer): Promise<string[]> {
  const theirs = written((await seenByNode(node, bytes)).requests);
  return (await seenByUs(bytes)).filter((request, index) => request !== theirs[index]);
}

/** Says in the words of llhttp what it does not understand of HTTP; borders stay where they are. */
function inTheirWords(bytes: Buffer): Buffer {
  const text = bytes
    .toString('latin1')
    // It knows a list of methods; any token is one (RFC 9110 section 9.1).
    .replace(/^(?!POST )[!-~]+(?= \/p HTTP)/, 'PUT')
    // It takes HTAB at the end of these values for a part of them; it is OWS (RFC 9110 section 5.6.3).
    .replace(/^((?:Content-Length|Transfer-Encoding):.*?)[\t ]+(?=\r$)/m, '$1')
    // It waits for another protocol where the offer is declined (RFC 9110 section 7.8).
    .replace(/^Upgrade: /m, 'X-Upgrade: ')
    // It takes that for Connection; it is no field of HTTP (RFC 9112 section C.2.2).
    .replace(/^Proxy-Connection: /m, 'X-Connection: ');
  return Buffer.from(text, 'latin1');
}

describe('The payloads of the garden, with a request behind each', () => {
  it('our server reads every payload of the garden as its page says', async () => {
    const logs = await bed.logs(payloads.map(({ bytes }) => [bytes]));
    const undue = payloads.flatMap(({ name, due }, index) =>
      logs[index] === due ? [] : [`${name}: ${String(logs[index])}`],
    );
    expect(undue).toEqual([]);
  });

  // A connection remembers the field lines of its last head, so that what is like them need not be judged again.
  it('payloads read the same behind an earlier request with the field lines of the one that follows', async () => {
    const logs = await bed.logs(some.map(({ bytes }) => [Buffer.concat([EARLIER, bytes])]));
    const undue = some.flatMap(({ name, due }, index) =>
      logs[index] === behindEarlier(due) ? [] : [`${name}: ${String(logs[index])}`],
    );
    expect(undue).toEqual([]);
  });

  it('payloads read the same behind themselves', async () => {
    const kept = payloads.filter(({ due }) => /^[^ ]+ \/p[^,]*, GET \/innocent, 200, 200, FIN/.test(due));
    expect(kept.length).toBeGreaterThan(100);
    const logs = await bed.logs(kept.map(({ bytes, own }) => [Buffer.concat([own, bytes])]));
    const undue = kept.flatMap(({ name, due }, index) => {
      const [first = ''] = due.split(', GET /innocent');
      const twice = `${first}, ${due.replace('200, 200', '200, 200, 200')}`;
      return logs[index] === twice ? [] : [`${name}: ${String(logs[index])}`];
    });
    expect(undue).toEqual([]);
  });

  it('no payload has a message boundary that we see and strict llhttp does not', async () => {
    const beyond: string[] = [];
    for (const { name, bytes } of sampled(familiar, 400)) {
      const ours = await beyondNode(bytes);
      if (ours.length > 0) beyond.push(`${name}: ${ours.join(', ')}`);
    }
    expect(beyond).toEqual([]);
  });

  it('payloads that only llhttp refuses have the boundaries that it sees in an equivalent it accepts', async () => {
    const differing: string[] = [];
    for (const payload of foreign) if (!(await isSameInTheirWords(payload))) differing.push(payload.name);
    expect(differing).toEqual([]);
    expect(foreign).toHaveLength(40);
  });
});

async function isSameInTheirWords({ bytes }: Payload): Promise<boolean> {
  const told = inTheirWords(bytes);
  if (told.equals(bytes)) return false;
  const ours = await seenByUs(told);
  return (await beyondNode(told)).length === 0 && ours.length === (await seenByUs(bytes)).length;
}
