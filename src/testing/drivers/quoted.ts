/** The first so many characters of latin1 text in quotes, on one line and in ASCII. */
export function quoted(text: string, max = 60): string {
  return `"${escaped(text.slice(0, max))}"${text.length > max ? '…' : ''}`;
}

/** Control characters and all that is not ASCII as escapes. */
function escaped(text: string): string {
  return text
    .replaceAll('\r', '\\r')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replace(/[^\x20-\x7e]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
