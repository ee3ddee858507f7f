import { describeValue } from '../../errors/index.js';

/** What the content of a body is given as: text, which is UTF-8, or bytes in any view of memory. */
export type BodyContent = string | ArrayBufferView | ArrayBuffer;

/**
 * The bytes of a piece of content; a string is UTF-8. Memory is viewed, not copied.
 *
 * This is the one place that decides what a body can be: every length that is sent is that of its result.
 *
 * @param call - as in your code: `end()`.
 * @throws TypeError for anything but a string, a typed array, an ArrayBuffer or a DataView.
 */
export function bytesOf(value: unknown, call: string): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  // A view by birth: an object that was given the prototype of one is none.
  if (ArrayBuffer.isView(value)) {
    if (value instanceof Uint8Array) return value;
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  if (isArrayBuffer(value)) return new Uint8Array(value);
  throw new TypeError(
    `${call}: the content must be a string, a typed array, an ArrayBuffer or a DataView ` +
      `(got ${describeValue(value)})${hintFor(value)}`,
  );
}

/**
 * The same, but text as it is when all of it is ASCII, which is one byte per character. @throws TypeError
 */
export function contentOf(value: unknown, call: string): Uint8Array | string {
  // utf-8 and latin1 agree on ASCII, and a string is ASCII when it has as many bytes as characters.
  if (typeof value === 'string' && Buffer.byteLength(value) === value.length) return value;
  return bytesOf(value, call);
}

/** Whether a value is bytes, in any view of memory. */
export function isBytes(value: unknown): value is ArrayBufferView | ArrayBuffer {
  return ArrayBuffer.isView(value) || isArrayBuffer(value);
}

/** Of any realm, which `instanceof` does not know. */
function isArrayBuffer(value: unknown): value is ArrayBuffer {
  try {
    Reflect.get(ArrayBuffer.prototype, 'byteLength', value);
    return true;
  } catch {
    return false;
  }
}

/** What to do with values that are often given by mistake. Looks at them, as users' objects may throw when asked. */
function hintFor(value: unknown): string {
  try {
    if (value === undefined) return '';
    if (typeof value !== 'object' || value === null) {
      return typeof value === 'function' ? '' : '; convert it to a string first';
    }
    if ('then' in value && typeof value.then === 'function') return '; await it first';
    if ('pipe' in value && typeof value.pipe === 'function') return '; pipe the stream instead';
    return '; to send JSON, pass JSON.stringify(value)';
  } catch {
    return '';
  }
}
