import { describe, expect, it } from '@jest/globals';

import {
  actionOf,
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

const ACTIONS: KeyActions = { help: () => 'help', nextError: () => 'next error' };

describe('the keys of the page', () => {
  it('a key calls the action that has its name', () => {
    expect(actionOf(pressed('?'), ACTIONS)?.()).toBe('help');
    expect(actionOf(pressed(']'), ACTIONS)?.()).toBe('next error');
    expect(actionOf(pressed('j'), ACTIONS)).toBeNull();
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
      expect(actionOf(pressed('?', { [modifier]: true }), ACTIONS)).toBeNull();
    }
  });

  it('a bracket that a keyboard types with AltGr is a bracket', () => {
    const event = pressed(']', {
      ctrlKey: true,
      altKey: true,
      getModifierState: (key) => key === 'AltGraph',
    });
    expect(actionOf(event, ACTIONS)?.()).toBe('next error');
  });

  it('a key that an element has handled itself does nothing more', () => {
    expect(actionOf(pressed('?', { defaultPrevented: true }), ACTIONS)).toBeNull();
  });

  it('the help calls a key what is written on it', () => {
    expect(labelOf('close')).toBe('Esc');
    expect(labelOf('search')).toBe('/');
  });
});
