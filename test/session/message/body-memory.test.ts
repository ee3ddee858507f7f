import { afterEach, describe, expect, it, jest } from '@jest/globals';

import { bodyMemory } from '../../../src/session/message/body-memory.js';

afterEach(() => {
  jest.restoreAllMocks();
});

/** What was allocated in the order it was. */
function allocations(): Buffer[] {
  const made: Buffer[] = [];
  const allocate = Buffer.allocUnsafe.bind(Buffer);
  jest.spyOn(Buffer, 'allocUnsafe').mockImplementation((size) => {
    const memory = allocate(size);
    made.push(memory);
    return memory;
  });
  return made;
}

describe('the memory of bodies that are collected', () => {
  it('of bodies of one length is not the last that was made, which keeps what is freed from the end of the heap', () => {
    bodyMemory(100_000);
    const made = allocations();
    for (let body = 0; body < 4; body++) {
      const memory = bodyMemory(100_000);
      expect(memory).toHaveLength(100_000);
      expect(made.indexOf(memory)).toBe(made.length - 2);
    }
    expect(made).toHaveLength(5);
  });

  it('is of one body alone, in a buffer of its own', () => {
    const memories = Array.from({ length: 4 }, () => bodyMemory(70_000));
    expect(new Set(memories.map(({ buffer }) => buffer)).size).toBe(4);
    expect(memories.map(({ buffer }) => buffer.byteLength)).toEqual(new Array(4).fill(70_000));
  });

  it('has the length of its body, whatever the one before had', () => {
    expect([80_000, 65_536, 80_000, 1_048_576].map((length) => bodyMemory(length).length)).toEqual([
      80_000, 65_536, 80_000, 1_048_576,
    ]);
  });

  it('is made alone where lengths differ', () => {
    bodyMemory(90_000);
    const made = allocations();
    bodyMemory(90_001);
    bodyMemory(90_002);
    expect(made.map(({ length }) => length)).toEqual([90_001, 90_002]);
  });

  it('is made alone for a small body', () => {
    const made = allocations();
    expect(bodyMemory(65_535)).toHaveLength(65_535);
    expect(made).toHaveLength(1);
  });
});
