import { describe, expect, it } from '@jest/globals';

import { Admission } from '../../src/server/admission.js';
import { ConnectionRegistry, type LiveConnection } from '../../src/server/registry.js';
import { serverLimits, type ServerLimits } from '../../src/server/params.js';
import type { SessionActivity } from '../../src/session/index.js';

let lastId = 0;

/** A connection that is whatever a test says; closed, it leaves its register, unless it has to wait for something. */
class Stub implements LiveConnection {
  readonly id = ++lastId;
  readonly state = 'connected.open';
  readonly since = 0;
  readonly answered = 0;
  readonly core = { is: (): boolean => false, exchange: { tags: new Set<string>() } };
  activity: SessionActivity;
  readonly changedAt: number;
  readonly closesAtOnce: boolean;
  readonly #registry: ConnectionRegistry<Stub>;

  constructor(
    registry: ConnectionRegistry<Stub>,
    activity: SessionActivity,
    changedAt: number,
    closesAtOnce = true,
  ) {
    this.#registry = registry;
    this.activity = activity;
    this.changedAt = changedAt;
    this.closesAtOnce = closesAtOnce;
    registry.add(this);
  }

  startDraining(): void {
    throw new Error('nobody asks for that here');
  }

  finishDraining(): void {
    throw new Error('nobody asks for that here');
  }

  drain(): void {
    this.activity = 'active';
    if (this.closesAtOnce) this.#registry.left(this, null);
  }

  abort(): void {
    this.#registry.left(this, null);
  }
}

function door(limits: ServerLimits): { registry: ConnectionRegistry<Stub>; admission: Admission<Stub> } {
  const registry: ConnectionRegistry<Stub> = new ConnectionRegistry<Stub>({
    handedOver: () => undefined,
    gone: (connection) => {
      admission.release(connection);
    },
  });
  const admission = new Admission(serverLimits(limits), registry);
  return { registry, admission };
}

describe('a server without caps', () => {
  it('a server without caps admits every connection', () => {
    const { registry, admission } = door({});
    for (let at = 0; at < 1_000; at++) {
      expect(admission.makesRoomFor('192.0.2.1')).toBe(true);
      admission.admit(new Stub(registry, 'silent', at), '192.0.2.1');
    }
    expect(admission.isFull).toBe(false);
  });
});

describe('maxConnections', () => {
  it('maxConnections admits that many, and one more when one has left', () => {
    const { registry, admission } = door({ maxConnections: 2 });
    const first = new Stub(registry, 'idle', 0);
    expect(admission.makesRoomFor(undefined)).toBe(true);
    new Stub(registry, 'idle', 0);
    expect([admission.isFull, admission.makesRoomFor(undefined)]).toEqual([true, false]);
    first.abort();
    expect([admission.isFull, admission.makesRoomFor(undefined)]).toEqual([false, true]);
  });
});

describe('shedIdle', () => {
  it('shedIdle closes the connection that has been idle longest, not the one that is oldest', () => {
    const { registry, admission } = door({ maxConnections: 3, overload: 'shedIdle' });
    const old = new Stub(registry, 'idle', 900);
    const young = new Stub(registry, 'idle', 100);
    const busy = new Stub(registry, 'active', 0);
    expect(admission.makesRoomFor(undefined)).toBe(true);
    expect([...registry.live]).toEqual([old, busy]);
    expect(young.activity).toBe('active');
  });

  it('shedIdle counts silent connections as idle, and no others', () => {
    const { registry, admission } = door({ maxConnections: 5, overload: 'shedIdle' });
    for (const activity of ['active', 'lingering', 'detached'] as const) new Stub(registry, activity, 0);
    new Stub(registry, 'idle', 50);
    const silent = new Stub(registry, 'silent', 10);
    expect(admission.makesRoomFor(undefined)).toBe(true);
    expect(registry.live.has(silent)).toBe(false);
    expect(registry.live.size).toBe(4);
  });

  it('shedIdle refuses the new connection when none is idle', () => {
    const { registry, admission } = door({ maxConnections: 1, overload: 'shedIdle' });
    new Stub(registry, 'active', 0);
    expect(admission.makesRoomFor(undefined)).toBe(false);
  });

  it('shedIdle closes the next connection when one must wait until its answer is taken', () => {
    const { registry, admission } = door({ maxConnections: 2, overload: 'shedIdle' });
    const waiting = new Stub(registry, 'idle', 0, false);
    const idle = new Stub(registry, 'idle', 100);
    expect(admission.makesRoomFor(undefined)).toBe(true);
    expect([...registry.live]).toEqual([waiting]);
    expect(registry.live.has(idle)).toBe(false);
  });

  it('shedIdle stops when no connection can be closed at once', () => {
    const { registry, admission } = door({ maxConnections: 2, overload: 'shedIdle' });
    new Stub(registry, 'idle', 0, false);
    new Stub(registry, 'idle', 0, false);
    expect(admission.makesRoomFor(undefined)).toBe(false);
  });

  it('shedIdle stops when a connection stays idle although it was closed', () => {
    const { registry, admission } = door({ maxConnections: 1, overload: 'shedIdle' });
    const deaf = new Stub(registry, 'idle', 0, false);
    deaf.drain = () => undefined;
    expect(admission.makesRoomFor(undefined)).toBe(false);
  });
});

describe('maxConnectionsPerAddress', () => {
  it('maxConnectionsPerAddress counts each address on its own', () => {
    const { registry, admission } = door({ maxConnectionsPerAddress: 2 });
    for (let at = 0; at < 2; at++) admission.admit(new Stub(registry, 'silent', at), '192.0.2.1');
    expect(admission.makesRoomFor('192.0.2.1')).toBe(false);
    expect(admission.makesRoomFor('192.0.2.2')).toBe(true);
  });

  it('maxConnectionsPerAddress counts down when connections leave, and forgets addresses that have none', () => {
    const { registry, admission } = door({ maxConnectionsPerAddress: 1 });
    for (let at = 0; at < 100; at++) {
      expect(admission.makesRoomFor('192.0.2.1')).toBe(true);
      const connection = new Stub(registry, 'silent', at);
      admission.admit(connection, '192.0.2.1');
      expect(admission.makesRoomFor('192.0.2.1')).toBe(false);
      connection.abort();
    }
  });

  it('maxConnectionsPerAddress counts each connection down once', () => {
    const { registry, admission } = door({ maxConnectionsPerAddress: 2 });
    const both = [0, 1].map((at) => new Stub(registry, 'silent', at));
    for (const connection of both) admission.admit(connection, '192.0.2.1');
    both[0]?.abort();
    admission.release(both[0] as Stub);
    expect(admission.makesRoomFor('192.0.2.1')).toBe(true);
    admission.admit(new Stub(registry, 'silent', 2), '192.0.2.1');
    expect(admission.makesRoomFor('192.0.2.1')).toBe(false);
  });

  it('maxConnectionsPerAddress does not count connections without an address', () => {
    const { registry, admission } = door({ maxConnectionsPerAddress: 1 });
    for (let at = 0; at < 3; at++) {
      expect(admission.makesRoomFor(undefined)).toBe(true);
      admission.admit(new Stub(registry, 'silent', at), undefined);
    }
  });

  it('maxConnectionsPerAddress closes no idle connection for an address that has too many', () => {
    const { registry, admission } = door({
      maxConnections: 1,
      maxConnectionsPerAddress: 1,
      overload: 'shedIdle',
    });
    admission.admit(new Stub(registry, 'idle', 0), '192.0.2.1');
    expect(admission.makesRoomFor('192.0.2.1')).toBe(false);
    expect(registry.live.size).toBe(1);
    expect(admission.makesRoomFor('192.0.2.2')).toBe(true);
  });
});

describe('addresses', () => {
  it('maxConnectionsPerAddress counts the addresses of one IPv6 network together', () => {
    const { registry, admission } = door({ maxConnectionsPerAddress: 2 });
    for (let at = 1; at <= 2; at++) {
      admission.admit(new Stub(registry, 'silent', at), `2001:db8:1:2::${String(at)}`);
    }
    expect(admission.makesRoomFor('2001:db8:1:2:ffff::9')).toBe(false);
    expect(admission.makesRoomFor('2001:db8:1:3::1')).toBe(true);
  });

  it('maxConnectionsPerAddress counts an IPv4 address and its IPv6-mapped form together', () => {
    const { registry, admission } = door({ maxConnectionsPerAddress: 1 });
    admission.admit(new Stub(registry, 'silent', 1), '::ffff:192.0.2.1');
    expect(admission.makesRoomFor('192.0.2.1')).toBe(false);
  });

  it('ipv6PrefixLength says which IPv6 addresses count together', () => {
    const { registry, admission } = door({ maxConnectionsPerAddress: 1, ipv6PrefixLength: 128 });
    admission.admit(new Stub(registry, 'silent', 1), 'fe80::1%eth0');
    expect(['fe80::2', 'fe80:0::0:1'].map((address) => admission.makesRoomFor(address))).toEqual([
      true,
      false,
    ]);
  });

  it.each([0, 129, 6.5, '64'])('ipv6PrefixLength refuses %p', (ipv6PrefixLength) => {
    expect(() => door({ ipv6PrefixLength: ipv6PrefixLength as number })).toThrow(RangeError);
  });
});

describe('TLS handshakes', () => {
  it('maxConnections counts handshakes in progress', () => {
    const { registry, admission } = door({ maxConnections: 2 });
    const handshake = {};
    registry.handshakes.add(handshake);
    expect(admission.makesRoomFor('192.0.2.1')).toBe(true);
    const connection = new Stub(registry, 'active', 1);
    expect(admission.makesRoomFor('192.0.2.1')).toBe(false);
    registry.handshakes.delete(handshake);
    expect([admission.makesRoomFor('192.0.2.1'), registry.live.has(connection)]).toEqual([true, true]);
  });

  it('maxConnectionsPerAddress counts handshakes, and forgets them when they are over', () => {
    const { admission } = door({ maxConnectionsPerAddress: 1 });
    const handshake = {};
    admission.admit(handshake, '192.0.2.1');
    expect(admission.makesRoomFor('192.0.2.1')).toBe(false);
    admission.release(handshake);
    expect(admission.makesRoomFor('192.0.2.1')).toBe(true);
  });
});
