import { describeValue } from '../errors/index.js';

/*
 * The character classes and small grammars of RFC 9110 and RFC 9112. Readers and writers share them, so that nothing
 * can be written that a reader would refuse.
 */

export const LF = 0x0a;
export const CR = 0x0d;
const HTAB = 0x09;
export const SP = 0x20;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;

const TOKEN = 1;
const TARGET = 2;
const VALUE = 4;
const HOST = 8;

const CLASSES = classify();

function classify(): Uint8Array {
  const classes = new Uint8Array(256);
  const mark = (pattern: RegExp, flag: number): void => {
    classes.forEach((flags, code) => {
      if (pattern.test(String.fromCharCode(code))) classes[code] = flags | flag;
    });
  };
  mark(/[!#$%&'*+\-.^_`|~0-9A-Za-z]/, TOKEN);
  // Visible ASCII. No form of request target has a fragment (RFC 9112 section 3.2), and a `#` that passes has been
  // used to deceive the path checks of servers.
  mark(/[!-~]/, TARGET);
  classes[0x23] = (classes[0x23] as number) & ~TARGET;
  mark(/[\t\x20-\x7e\x80-\xff]/, VALUE);
  mark(/[0-9A-Za-z.-]/, HOST);
  return classes;
}

// Above U+00FF the entry is undefined, which the bit test treats as "in no class".
function isOf(flag: number, code: number): boolean {
  return ((CLASSES[code] as number) & flag) !== 0;
}

/** Whether this code is a `tchar` (RFC 9110 section 5.6.2). */
export function isTokenCode(code: number): boolean {
  return isOf(TOKEN, code);
}

/** Whether a request target may contain this code: visible ASCII other than `#`. */
export function isTargetCode(code: number): boolean {
  return isOf(TARGET, code);
}

/**
 * Whether a field value or a reason phrase may contain this code: visible, SP, HTAB or obs-text (RFC 9110
 * section 5.5).
 */
export function isValueCode(code: number): boolean {
  return isOf(VALUE, code);
}

/** Whether this code is SP or HTAB, the whitespace of OWS (RFC 9110 section 5.6.3). */
export function isBlankCode(code: number): boolean {
  return code === SP || code === HTAB;
}

/** Whether this code is a decimal digit. */
export function isDigitCode(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** The value of a hexadecimal digit, or -1. */
export function hexDigitValue(code: number): number {
  if (isDigitCode(code)) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** Whether `text` from `start` to `end` is one or more `tchar`s. */
export function isTokenRange(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isTokenCode(text.charCodeAt(at))) return false;
  return start < end;
}

/** Whether `text` from `start` to `end` is one or more codes of a request target. */
export function isTargetRange(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isTargetCode(text.charCodeAt(at))) return false;
  return start < end;
}

/** Whether this is a token (RFC 9110 section 5.6.2), such as a method or a field name. */
export function isToken(text: string): boolean {
  return isTokenRange(text, 0, text.length);
}

/**
 * Whether this can be a field value or a reason phrase: no CR, LF, NUL or other control character except HTAB, and
 * nothing above U+00FF.
 */
export function isFieldValue(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (!isValueCode(text.charCodeAt(at))) return false;
  return true;
}

const HOST_GRAMMAR = /^(?:\[[0-9A-Fa-f:.]+\]|(?:[\w\-.~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)(?::\d{0,5})?$/;

/** Whether this is a Host field value: `uri-host [ ":" port ]`, possibly empty, no userinfo (RFC 9110 section 7.2). */
export function isHost(text: string): boolean {
  const end = hostNameEnd(text);
  return end === text.length || isPort(text, end) || HOST_GRAMMAR.test(text);
}

/** The index where the leading run of letters, digits, dots and hyphens ends. */
function hostNameEnd(text: string): number {
  let at = 0;
  while (at < text.length && isOf(HOST, text.charCodeAt(at))) at++;
  return at;
}

/** Whether the rest of `text` from `start` is a colon and up to five digits. */
function isPort(text: string, start: number): boolean {
  let at = start + 1;
  while (at < text.length && isDigitCode(text.charCodeAt(at))) at++;
  return at === text.length && text.charCodeAt(start) === COLON && at <= start + 6;
}

const AUTHORITY_FORM = /^([^:@/?]+|\[[^@/?]+\]):\d{1,5}$/;
const ABSOLUTE_FORM = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?]+)(?:[/?]|$)/;

/**
 * Whether this is a request target (RFC 9112 section 3.2). With a `method`, the form must also fit the method:
 * `host:port` for CONNECT only, `*` for OPTIONS only.
 */
export function isRequestTarget(target: string, method?: string): boolean {
  if (!isTargetRange(target, 0, target.length)) return false;
  if (method === 'CONNECT') return isAuthorityForm(target);
  if (target.charCodeAt(0) === 0x2f) return true;
  if (target === '*') return method === undefined || method === 'OPTIONS';
  return isAbsoluteForm(target) || (method === undefined && isAuthorityForm(target));
}

function isAuthorityForm(target: string): boolean {
  return AUTHORITY_FORM.test(target) && isHost(target);
}

// `isHost` refuses userinfo, which is an attempt to deceive (RFC 9110 section 4.2.4).
function isAbsoluteForm(target: string): boolean {
  const authority = ABSOLUTE_FORM.exec(target)?.[1];
  return authority !== undefined && !authority.startsWith(':') && isHost(authority);
}

/** What types promise, and JavaScript does not. */
function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** Throws a `TypeError` unless `name` is a field name. */
export function assertFieldName(name: string): void {
  if (!isText(name) || !isToken(name)) throw new TypeError(`field name: not a token (got ${quote(name)})`);
}

/** Throws a `TypeError` unless `value` is a field value. The text does not quote the value, which may be a secret. */
export function assertFieldValue(name: string, value: string): void {
  if (!isFieldValue(value)) throw new TypeError(`field ${quote(name)}: invalid character in its value`);
}

/** Throws a `TypeError` unless `method` is a token: methods are case-sensitive tokens (RFC 9110 section 9.1). */
export function assertMethod(method: string): void {
  if (!isText(method) || !isToken(method)) throw new TypeError(`method: not a token (got ${quote(method)})`);
}

/** Throws a `TypeError` unless `target` is a request target in one of the four forms. */
export function assertRequestTarget(target: string): void {
  if (!isText(target) || !isRequestTarget(target))
    throw new TypeError(`request target: malformed (got ${quote(target)})`);
}

// JSON escapes control characters, so that an error message cannot forge a line of a log.
function quote(text: unknown): string {
  if (!isText(text)) return describeValue(text);
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}...` : text);
}

/** `text` from `start` to `end` without the whitespace around it (OWS, RFC 9110 section 5.6.3). */
export function sliceTrimmed(text: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isBlankCode(text.charCodeAt(from))) from++;
  while (from < to && isBlankCode(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

/** Whether two field names or tokens are equal, ignoring case. */
export function equalsIgnoreCase(a: string, b: string): boolean {
  return a === b || (a.length === b.length && a.toLowerCase() === b.toLowerCase());
}

/** Whether a trimmed comma-separated list (RFC 9110 section 5.6.1) contains this lower-case token. */
export function listHas(list: string, token: string): boolean {
  return list.includes(',') ? listMembers(list).includes(token) : equalsIgnoreCase(list, token);
}

/** The members of a comma-separated list, trimmed and in lower case; an empty member stays an empty string. */
export function listMembers(list: string): string[] {
  return list
    .toLowerCase()
    .split(',')
    .map((member) => sliceTrimmed(member, 0, member.length));
}
