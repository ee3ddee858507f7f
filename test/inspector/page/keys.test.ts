import { describe, expect, it } from '@jest/globals';

import {
  actOn,
  KEYS,
  labelOf,
  type KeyActions,
  type KeyEvent,
} from '../../../src/inspector/page/logic/keys.js';
import { viewAfterKey } from '../../../src/inspector/page/logic/viewport.js';

function pressed(key: string, more: Partial<KeyEvent> = {}): KeyEvent {
  return {
    key,
    ctrlKey: false,
    altKey: false,
    metaKey: false,
    defaultPrevented: false,
    target: null,
    getModifierState: () => false,
    ...more,
  };
}

/** What a key calls, of things that lie above each other, what is in front first. */
function called(event: KeyEvent, ...layers: readonly (readonly (keyof KeyActions)[])[]): string[] {
  const calls: string[] = [];
  const actionsOf = (names: readonly (keyof KeyActions)[], depth: number): KeyActions =>
    Object.fromEntries(names.map((name) => [name, () => calls.push(`${name} ${String(depth)}`)]));
  const hasActed = actOn(event, layers.map(actionsOf));
  expect(hasActed).toBe(calls.length > 0);
  return calls;
}

describe('the keys of the page', () => {
  it('a key calls the action that has its name', () => {
    expect(called(pressed('?'), ['help', 'nextError'])).toEqual(['help 0']);
    expect(called(pressed(']'), ['help', 'nextError'])).toEqual(['nextError 0']);
    expect(called(pressed('j'), ['help', 'nextError'])).toEqual([]);
  });

  it('what is in front acts first, and what is behind it on other keys', () => {
    expect(called(pressed('Escape'), ['close'], ['close', 'pause'])).toEqual(['close 0']);
    expect(called(pressed('p'), ['close'], ['close', 'pause'])).toEqual(['pause 1']);
  });

  it('an action that returns false leaves the key to what is behind', () => {
    const calls: string[] = [];
    const behind = { close: () => calls.push('behind') };
    expect(actOn(pressed('Escape'), [{ close: () => false }, behind])).toBe(true);
    expect(calls).toEqual(['behind']);
    expect(actOn(pressed('Escape'), [{ close: () => false }])).toBe(false);
  });

  it('no two actions share a key', () => {
    const keys = Object.values(KEYS).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('the keys of the chart are among them', () => {
    const [view, size] = [
      { x: 0, y: 0, scale: 1 },
      { width: 10, height: 10 },
    ];
    for (const name of ['larger', 'smaller', 'fit', 'move'] as const) {
      expect(viewAfterKey(KEYS[name].key, view, view, size, size)).not.toBeUndefined();
    }
  });

  it('keys with Ctrl, Alt or Meta belong to the browser', () => {
    for (const modifier of ['ctrlKey', 'altKey', 'metaKey']) {
      expect(called(pressed('?', { [modifier]: true }), ['help'])).toEqual([]);
    }
  });

  it('a bracket that a keyboard types with AltGr is a bracket', () => {
    const event = pressed(']', {
      ctrlKey: true,
      altKey: true,
      getModifierState: (key) => key === 'AltGraph',
    });
    expect(called(event, ['nextError'])).toEqual(['nextError 0']);
  });

  it('a key that an element has handled itself does nothing more', () => {
    expect(called(pressed('?', { defaultPrevented: true }), ['help'])).toEqual([]);
  });

  it('the help calls a key what is written on it', () => {
    expect(labelOf('close')).toBe('Esc');
    expect(labelOf('search')).toBe('/');
  });
});
