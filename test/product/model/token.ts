/*
 * What travels on the line between two sessions of the model. Bytes are not modelled, only what a session can tell
 * apart in them; and each token carries what real bytes do not: the number of the request that it belongs to, so that
 * the checker sees to whom it is attributed.
 */

/** What a session can tell apart in what it receives. */
export const TOKEN_KINDS = [
  'requestBegin',
  'requestHead',
  'requestBody',
  'requestEnd',
  'continue',
  'responseHead',
  'responseEnd',
  'switch',
  'raw',
  'fin',
  'reset',
] as const;

/** The name of a kind of token. */
export type TokenKind = (typeof TOKEN_KINDS)[number];

/** A token as a number: kind, then the number of its request (of a raw one, its place), then its flags. */
export type Token = number;

/** What a request head says beside its number. */
export const REQUEST = { body: 1, close: 2, expects: 4, offers: 8 } as const;

/** What a response head says beside its number. `whole`: the response ends with its head. */
export const RESPONSE = { whole: 1, close: 2, refusal: 4 } as const;

const codes = new Map<TokenKind, number>(TOKEN_KINDS.map((kind, code) => [kind, code]));

/** Makes a token. */
export function tokenOf(kind: TokenKind, number = 0, flags = 0): Token {
  return (codes.get(kind) ?? 0) | (number << 4) | (flags << 8);
}

/** FIN: its sender has finished sending. */
export const FIN = tokenOf('fin');

/** RST: the connection is gone. */
export const RESET = tokenOf('reset');

export function kindOf(token: Token): TokenKind {
  return TOKEN_KINDS[token & 15] as TokenKind;
}

/** The number of the request that a token belongs to. */
export function numberOf(token: Token): number {
  return (token >> 4) & 15;
}

export function saysOf(token: Token, flag: number): boolean {
  return ((token >> 8) & flag) !== 0;
}

const TEXTS: Readonly<Record<TokenKind, string>> = {
  requestBegin: 'first bytes of request',
  requestHead: 'request',
  requestBody: 'piece of body of request',
  requestEnd: 'end of request',
  continue: '100 Continue for request',
  responseHead: 'response',
  responseEnd: 'end of response',
  switch: '101 Switching Protocols for request',
  raw: 'raw byte',
  fin: 'FIN',
  reset: 'RST',
};

/** A token in words, for the diagram. */
export function tokenText(token: Token): string {
  const kind = kindOf(token);
  if (kind === 'fin' || kind === 'reset') return TEXTS[kind];
  const said =
    kind === 'requestHead'
      ? wordsOf(token, REQUEST)
      : kind === 'responseHead'
        ? wordsOf(token, RESPONSE)
        : [];
  const words = said.length === 0 ? '' : ` (${said.join(', ')})`;
  return `${TEXTS[kind]} ${String(numberOf(token))}${words}`;
}

function wordsOf(token: Token, flags: Readonly<Record<string, number>>): string[] {
  return Object.entries(flags)
    .filter(([, flag]) => saysOf(token, flag))
    .map(([word]) => word);
}
