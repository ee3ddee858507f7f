/** A body length that was declared. @throws RangeError unless it is an integer that a Content-Length can state. */
export function checkedLength(length: number): number {
  // Negative numbers stand for other framings inside this package, and must not slip in from outside.
  if (Number.isSafeInteger(length) && length >= 0) return length;
  throw new RangeError(`a body length must be an integer, 0 or more, not ${String(length)}`);
}
