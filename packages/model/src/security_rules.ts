/**
 * The rule language of security groups (OpenVNet's, reference §8.2, with port ranges, protocol numbers and directions):
 *
 *     [ingress|egress] protocol:ports:peer
 *
 * Rules are separated by commas or line ends; `#` begins a comment up to the end of the line.
 */
import { ipv4Network, parseIpv4 } from './addresses.ts';

/** Both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export interface Subnet {
  /** The host part is clear. */
  readonly address: number;
  readonly prefix: number;
}

/** As an interface sees it: what comes in to it, and what it sends out. */
export type FilterDirection = 'ingress' | 'egress';

export interface SecurityRule {
  /** From 1. */
  readonly line: number;
  /** As it was written. */
  readonly text: string;
  readonly direction: FilterDirection;
  /** Number of the IP protocol; null is any. */
  readonly protocol: number | null;
  /** Destination ports of TCP, UDP and SCTP; null is any. */
  readonly ports: PortRange | null;
  /** Addresses of the other side, or the uuid of the group that it is in. */
  readonly peer: Subnet | string;
}

export interface RuleError {
  /** From 1. */
  readonly line: number;
  /** Names the rule, what is wrong, and an example. */
  readonly message: string;
}

/** Most lines and characters that the rules of a group may have. */
export const MAX_RULE_LINES = 1_000;

const EXAMPLE = 'tcp:22:10.0.0.0/8';

const PROTOCOLS: Readonly<Record<string, number | null>> = { icmp: 1, tcp: 6, udp: 17, sctp: 132, all: null };
const WITH_PORTS: readonly (number | null)[] = [6, 17, 132];

class RuleSyntaxError extends Error {}

function parseProtocol(rule: string, text: string): number | null {
  if (Object.hasOwn(PROTOCOLS, text)) return PROTOCOLS[text]!;
  const number = /^\d{1,3}$/.test(text) ? Number(text) : 256;
  if (number <= 255) return number;
  throw new RuleSyntaxError(
    `invalid protocol in rule '${rule}': expected tcp, udp, icmp, all or a number up to 255, as in ${EXAMPLE}`,
  );
}

function parsePorts(rule: string, protocol: number | null, text: string): PortRange | null {
  if (!WITH_PORTS.includes(protocol)) return null;
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const range = { first: Number(first), last: Number(last) };
  if (first !== undefined && range.first >= 1 && range.first <= range.last && range.last <= 65535) return range;
  throw new RuleSyntaxError(
    `invalid port in rule '${rule}': expected a port from 1 to 65535 or a range, as in ${EXAMPLE} or tcp:8000-8080:0.0.0.0/0`,
  );
}

function parsePeer(rule: string, text: string): Subnet | string {
  if (/^sg-[a-z0-9]{1,16}$/.test(text)) return text;
  const [, address = '', length] = /^([^/]*)(?:\/(\d{1,2}))?$/.exec(text) ?? [];
  const ipv4 = parseIpv4(address);
  const prefix = length === undefined ? (ipv4 === 0 ? 0 : 32) : Number(length);
  if (ipv4 !== undefined && prefix <= 32) return { address: ipv4Network(ipv4, prefix), prefix };
  throw new RuleSyntaxError(
    `invalid ipv4 address or security group uuid in rule '${rule}': expected an address, a subnet or a group, ` +
      `as in ${EXAMPLE} or tcp:22:sg-web`,
  );
}

/** Fields after the third are passed over, as in OpenVNet. */
function parseRule(line: number, text: string): SecurityRule {
  const [, direction = 'ingress', rest = ''] = /^(?:(ingress|egress)\s+)?(.*)$/.exec(text) ?? [];
  const [protocolText = '', portText = '', peerText = ''] = rest.split(':');
  const protocol = parseProtocol(text, protocolText);
  return {
    line,
    text,
    direction: direction as SecurityRule['direction'],
    protocol,
    ports: parsePorts(text, protocol, portText),
    peer: parsePeer(text, peerText),
  };
}

/** All rules that can be read, and what is wrong with the others. */
export function parseSecurityRules(text: string): { readonly parsed: SecurityRule[]; readonly errors: RuleError[] } {
  const parsed: SecurityRule[] = [];
  const errors: RuleError[] = [];
  const lines = text.replace(/(\r\n|\r|\n)$/, '').split(/\r\n|\r|\n/);
  if (lines.length > MAX_RULE_LINES) {
    const message = `there are ${lines.length} lines, ${MAX_RULE_LINES} are possible; use several groups`;
    return { parsed, errors: [{ line: MAX_RULE_LINES + 1, message }] };
  }
  lines.forEach((line, index) => {
    for (const part of line.replace(/#.*/, '').split(',')) {
      const rule = part.trim();
      if (rule === '') continue;
      try {
        parsed.push(parseRule(index + 1, rule));
      } catch (error) {
        if (!(error instanceof RuleSyntaxError)) throw error;
        errors.push({ line: index + 1, message: error.message });
      }
    }
  });
  return { parsed, errors };
}
