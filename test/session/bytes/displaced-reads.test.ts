import { describe, expect, it } from '@jest/globals';

import { errors } from '../../../src/diagnostics.js';
import type { HTTPServerRequest } from '../../../src/session/index.js';
import { Alone } from '../../support/http/alone.js';
import { Asking, ok } from '../../support/http/asking.js';
import { echoPath, get, post } from '../../support/http/served.js';
import { responseIn, statusesIn } from '../../support/http/messages.js';
import { settled } from '../../support/transport/sockets.js';
import { heardOn } from '../../support/session/heard-on.js';
import { rejection, Subject } from '../../support/session/subject.js';

const REFUSED = {
  code: 'ERR_HTTP_SESSION_INVALID_STATE',
  call: 'read()',
  reason: 'a message is being read',
};

/*
 * A read of bytes that waits while somebody begins to read messages would wait for ever: those bytes are theirs.
 */
describe('a pending read is refused', () => {
  it('a pending read is refused when a request is sent, whose response the next bytes are', async () => {
    const asking = new Asking();
    await asking.session.connect('test:80');
    const read = rejection(asking.session.read(1));
    const response = asking.session.request();
    await asking.answer(ok('whole'));
    expect(await read).toMatchObject({ ...REFUSED, state: 'connected.open' });
    expect(await (await response).text()).toBe('whole');
  });

  it('a pending read is refused when the body of a request is read', async () => {
    const alone = new Alone();
    let request!: HTTPServerRequest;
    alone.session.serve((given) => {
      request = given;
      return new Promise(() => undefined);
    });
    await alone.send(post('01234').slice(0, -5));
    const read = rejection(alone.session.read(1));
    const body = request.text();
    await alone.send('01234');
    expect(await read).toMatchObject(REFUSED);
    expect(await body).toBe('01234');
  });

  it('a pending read is refused when the session is served', async () => {
    const alone = new Alone();
    const reads = [rejection(alone.session.read(1)), rejection(alone.session.peek())];
    alone.session.serve(echoPath);
    await alone.send(get('/served'));
    for (const read of reads) expect(await read).toMatchObject(REFUSED);
    expect(responseIn(alone.text).body).toBe('/served');
  });

  it('a pending read is refused when what arrives is thrown away from now on', async () => {
    const subject = await Subject.in('connected.open');
    const read = rejection(subject.session.read(1));
    subject.session.core.linger();
    expect(await read).toMatchObject({ ...REFUSED, state: 'connected.lingering' });
    await subject.send('thrown away');
    expect(subject.session.buffered()).toBe(0);
  });
});

describe('the resting reader of a connection', () => {
  it('the resting reader of a connection is not refused on a keep-alive connection of a client', async () => {
    const asking = await Asking.reused();
    const published = await heardOn(errors, async () => {
      const response = asking.session.request();
      await asking.answer(ok('second'));
      await (await response).text();
    });
    expect(published).toEqual([]);
  });

  it('the resting reader of a connection is not refused where a server reads bytes between requests, and continues afterwards', async () => {
    const alone = new Alone();
    alone.session.serve(echoPath);
    await alone.send(get('/first'));
    const published = await heardOn(errors, async () => {
      const read = alone.session.read(5);
      await alone.send('bytes');
      expect(String(await read)).toBe('bytes');
      await alone.send(get('/second'));
    });
    expect(published).toEqual([]);
    expect(statusesIn(alone.text)).toEqual([200, 200]);
  });

  it('the resting reader of a connection is not refused where a session begins to linger', async () => {
    const alone = new Alone();
    alone.session.serve(echoPath);
    const published = await heardOn(errors, async () => {
      alone.session.core.linger();
      await settled();
    });
    expect([published, alone.session.state]).toEqual([[], 'connected.lingering']);
  });
});
