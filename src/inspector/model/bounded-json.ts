/** How much of a message is read. What is within neither is left out, and costs no more than its characters. */
const MAX_DEPTH = 64;
const MAX_VALUES = 20_000;
/** The message itself and its parts, of which a snapshot is one: they take no room from each other. */
const OUTER_DEPTH = 2;
const MAX_OUTER_VALUES = 100;

/**
 * Parses JSON of another program, in a time that depends on its length alone: of what is nested deeper or has more values
 * than any program would show, the rest is left out. `JSON.parse` takes a second for 4 MB of brackets.
 *
 * @returns `undefined` for what is not JSON
 */
export function parsedWithin(json: string): unknown {
  try {
    return JSON.parse(pruned(json)) as unknown;
  } catch {
    return undefined;
  }
}

/** JSON with as many values as are read; what is not JSON stays so, unless it is left out. */
function pruned(json: string): string {
  const pieces: string[] = [];
  const room = new Room();
  let kept = 0;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at + 1);
    else if (code === COMMA) {
      if (room.takes(depth)) continue;
      // All that follows in this list or object.
      const end = endOfContainer(json, at);
      pieces.push(json.slice(kept, at), json[end] === ']' ? ',"..."' : ',"...":"..."');
      kept = end;
      at = end - 1;
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth <= MAX_DEPTH && (depth <= OUTER_DEPTH || room.takes(depth))) continue;
      const end = endOfContainer(json, at + 1);
      pieces.push(json.slice(kept, at), '"..."');
      kept = end + 1;
      at = end;
      depth--;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
  }
  return pieces.length === 0 ? json : pieces.join('') + json.slice(kept);
}

/** How many values are still read. A part of the message takes at most half of what is left, so that the next finds some. */
class Room {
  #outer = MAX_OUTER_VALUES;
  #left = MAX_VALUES;
  #inPart = MAX_VALUES / 2;

  /** Whether there is room for one more value within so many others. */
  takes(depth: number): boolean {
    if (depth <= OUTER_DEPTH) {
      this.#inPart = this.#left / 2;
      return --this.#outer >= 0;
    }
    if (this.#inPart < 1) return false;
    this.#inPart--;
    this.#left--;
    return true;
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Where the bracket is that closes what is open; the end of the text where there is none. */
function endOfContainer(json: string, from: number): number {
  let open = 1;
  for (let at = from; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at + 1);
    else if (code === OPEN_LIST || code === OPEN_OBJECT) open++;
    else if ((code === CLOSE_LIST || code === CLOSE_OBJECT) && --open === 0) return at;
  }
  return json.length;
}

function endOfString(json: string, from: number): number {
  let at = from;
  while (at < json.length && json.charCodeAt(at) !== QUOTE) at += json.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

/** How deep JSON is nested, at least as far as a limit. Nothing is parsed and nothing recurs. */
export function isDeeper(json: string, limit: number): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at + 1);
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > limit) return true;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
  }
  return false;
}
