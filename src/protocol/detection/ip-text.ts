/*
 * IP addresses as text, in the form that the system's own functions use: for IPv6 that of RFC 5952.
 */

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const IPV6_GROUP = /^[0-9A-Fa-f]{1,4}$/;
const IPV6_GROUPS = 8;

/** Whether this is an IPv4 address: four decimal numbers without leading zeros, which some read as octal. */
export function isIPv4Text(text: string): boolean {
  return IPV4.test(text);
}

/** The IPv4 address in the four bytes from `at`. */
export function readIPv4(bytes: Buffer, at: number): string {
  return bytes.subarray(at, at + 4).join('.');
}

/** The IPv6 address in the sixteen bytes from `at`. */
export function readIPv6(bytes: Buffer, at: number): string {
  return formatIPv6(Array.from({ length: IPV6_GROUPS }, (_, group) => bytes.readUInt16BE(at + 2 * group)));
}

/** An IPv6 address (RFC 4291 section 2.2, without a zone) in its canonical form; `undefined` for anything else. */
export function canonicalIPv6(text: string): string | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [before, after] = halves.map((half, index) => groupsIn(half, index === halves.length - 1));
  if (before === undefined) return undefined;
  if (halves.length === 1) return before.length === IPV6_GROUPS ? formatIPv6(before) : undefined;
  // A double colon stands for one group at least.
  if (after === undefined || before.length + after.length >= IPV6_GROUPS) return undefined;
  const zeros = new Array<number>(IPV6_GROUPS - before.length - after.length).fill(0);
  return formatIPv6([...before, ...zeros, ...after]);
}

/**
 * What counts as one peer: an IPv4 address, or an IPv6 network, whose addresses one host may choose at will. Spellings of
 * one address are one peer, a zone is ignored, and an IPv4-mapped address is the IPv4 address. Other text is left as it
 * is.
 *
 * @param prefixLength - of IPv6 networks, in bits.
 */
export function peerOf(address: string, prefixLength: number): string {
  if (!address.includes(':')) return address;
  const canonical = canonicalIPv6(address.split('%', 1)[0] as string);
  if (canonical === undefined) return address;
  if (canonical.startsWith(MAPPED) && canonical.includes('.')) return canonical.slice(MAPPED.length);
  const bits = groupsOf(canonical).map((group, at) => group & maskOf(prefixLength - 16 * at));
  return `${formatIPv6(bits)}/${String(prefixLength)}`;
}

/** The start of an IPv4-mapped address in its canonical form (RFC 4291 section 2.5.5.2). */
const MAPPED = '::ffff:';

/** The bits of a group that belong to a prefix of which so many bits are left. */
function maskOf(bits: number): number {
  return bits >= 16 ? 0xffff : bits <= 0 ? 0 : (0xffff << (16 - bits)) & 0xffff;
}

/** The eight groups of an address in its canonical form. */
function groupsOf(canonical: string): number[] {
  const [before = '', after] = canonical.split('::');
  const [start = [], end = []] = [groupsIn(before, after === undefined), groupsIn(after ?? '', true)];
  return [...start, ...new Array<number>(IPV6_GROUPS - start.length - end.length).fill(0), ...end];
}

/** The groups of a part before or after the double colon. The last part of an address may end in an IPv4 address. */
function groupsIn(part: string, isLast: boolean): number[] | undefined {
  if (part === '') return [];
  const groups: number[] = [];
  const pieces = part.split(':');
  for (const [index, piece] of pieces.entries()) {
    if (IPV6_GROUP.test(piece)) {
      groups.push(parseInt(piece, 16));
    } else if (isLast && index === pieces.length - 1 && isIPv4Text(piece)) {
      const [a = 0, b = 0, c = 0, d = 0] = piece.split('.').map(Number);
      groups.push(a * 256 + b, c * 256 + d);
    } else {
      return undefined;
    }
  }
  return groups;
}

/** RFC 5952 section 4: lower case, no leading zeros, the first of the longest runs of zeros compressed. */
function formatIPv6(groups: readonly number[]): string {
  const { start, length } = longestZeros(groups);
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return text(groups);
  const after = groups.slice(start + length);
  if (start > 0 || !endsInIPv4(after)) return `${text(groups.slice(0, start))}::${text(after)}`;
  return `::${[...after.slice(0, -2).map((group) => group.toString(16)), ipv4Tail(after)].join(':')}`;
}

/** Whether these groups follow the zeros of an IPv4-mapped or IPv4-compatible address (RFC 4291 section 2.5.5). */
function endsInIPv4(groups: readonly number[]): boolean {
  return groups.length === 2 || (groups.length === 3 && groups[0] === 0xffff);
}

function ipv4Tail(groups: readonly number[]): string {
  return groups
    .slice(-2)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.');
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > longest.length) longest = { start, length: end - start };
  }
  return longest;
}
