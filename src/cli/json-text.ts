/** A string, a mark, or another value. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * Indents a JSON text; `null` if it is not one. Values stay as they are written: parsing would round large numbers and
 * drop all but the last of equal names.
 */
export function indentedJson(text: string): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  let depth = 0;
  let before = '';
  const parts: string[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    const isEnd = token === '}' || token === ']';
    if (isEnd) depth--;
    if (isEnd ? !isOpening(before) : isOpening(before) || before === ',') {
      parts.push(`\n${'  '.repeat(depth)}`);
    }
    parts.push(token === ':' ? ': ' : token);
    if (isOpening(token)) depth++;
    before = token;
  }
  return parts.join('');
}

function isOpening(token: string): boolean {
  return token === '{' || token === '[';
}

/** Whether a media type is JSON: one text, not a sequence of them. */
export function isJsonType(mediaType: string | undefined): boolean {
  return /^\s*application\/(?:[^\s;]+\+)?json\s*(?:;|$)/i.test(mediaType ?? '');
}
