import { describeValue } from '../../errors/index.js';
import { net } from '../../transport/index.js';

/*
 * The rules of NO_PROXY. There is no standard; this is what Go and Node.js do, with what curl and Java know beyond that:
 *
 *   example.com        the host and everything below it
 *   .example.com       everything below it, not the host itself; *.example.com likewise
 *   *                  every host, wherever it stands in the list
 *   10.1.*             any other asterisk stands for any characters
 *   192.0.2.7, ::1     an address, in any spelling
 *   10.0.0.0/8         a network
 *   host:8080, [::1]:8080   that port alone
 *
 * Names compare without case and without the dot at the end; commas and spaces separate.
 */

/** Hosts that are reached without a proxy: a list as in `NO_PROXY`, a regular expression for host names, or several. */
export type NonProxyHosts = string | RegExp | readonly (string | RegExp)[];

type Rule = (target: HostAndPort) => boolean;

/** What the rules are asked about. */
export interface HostAndPort {
  /** In lower case, an IPv6 address without brackets. */
  readonly host: string;
  /** 0 for any. */
  readonly port: number;
}

/** A list of hosts that are reached without a proxy. */
export class NoProxyRules {
  readonly #rules: readonly Rule[];

  /** @throws TypeError for what is neither a list nor a regular expression. */
  constructor(hosts: NonProxyHosts) {
    const given: readonly unknown[] = Array.isArray(hosts) ? hosts : [hosts];
    this.#rules = given.flatMap((entry) => {
      if (entry instanceof RegExp) return [expressionRule(entry)];
      if (typeof entry === 'string') return entry.split(/[\s,]+/).flatMap(rulesOf);
      throw new TypeError(
        `nonProxyHosts: must be a string, a RegExp or a list of these (got ${describeValue(entry)})`,
      );
    });
  }

  /** Whether a host is reached without the proxy. */
  match(target: HostAndPort): boolean {
    return this.#rules.some((rule) => rule(target));
  }
}

/** Whether a host is this machine: `localhost`, or a loopback address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || isIn(LOOPBACK, host);
}

/** A host as rules compare it: without case, brackets, the zone of an address and the dot at the end. */
export function normalizedHost(host: string): string {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  return bare.replace(/%.*$/, '').replace(/\.$/, '').toLowerCase();
}

const LOOPBACK = new net.BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Every spelling of an address is the same, and an IPv4 address matches in its IPv6-mapped form as well. */
function isIn(list: InstanceType<typeof net.BlockList>, host: string): boolean {
  const version = net.isIP(host);
  return version !== 0 && list.check(host, version === 4 ? 'ipv4' : 'ipv6');
}

function expressionRule(expression: RegExp): Rule {
  // A global or sticky one would remember where it was.
  const stateless = new RegExp(expression.source, expression.flags.replace(/[gy]/g, ''));
  return ({ host }) => stateless.test(host);
}

function rulesOf(entry: string): Rule[] {
  if (entry === '') return [];
  if (entry === '*') return [() => true];
  const network = networkRule(entry);
  if (network !== null) return [network];
  const [, host = entry, digits = ''] = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(entry) ?? [];
  const rule = hostRule(normalizedHost(host));
  if (digits === '') return [rule];
  const port = Number(digits);
  return [(target) => (target.port === 0 || target.port === port) && rule(target)];
}

/** A network, or an address without a port, which might look like one. */
function networkRule(entry: string): Rule | null {
  const [, address = '', bits = ''] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
  const host = normalizedHost(address);
  const version = net.isIP(host);
  if (version === 0 || Number(bits) > (version === 4 ? 32 : 128)) return null;
  const list = new net.BlockList();
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (bits === '') list.addAddress(host, family);
  else list.addSubnet(host, Number(bits), family);
  return (target) => isIn(list, target.host);
}

function hostRule(name: string): Rule {
  const network = networkRule(name);
  if (network !== null) return network;
  const suffix = name.startsWith('*.') ? name.slice(1) : name;
  if (suffix.includes('*')) {
    const pattern = suffix
      .replace(/[^*]+/g, (text) => text.replace(/[\\^$.+?()[\]{}|/]/g, '\\$&'))
      .replace(/\*+/g, '.*');
    return expressionRule(new RegExp(`^${pattern}$`));
  }
  if (suffix.startsWith('.')) return ({ host }) => host.length > suffix.length && host.endsWith(suffix);
  return ({ host }) => host === suffix || host.endsWith(`.${suffix}`);
}
