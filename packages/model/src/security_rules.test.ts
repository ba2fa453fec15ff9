import { describe, expect, it } from 'vitest';
import { MAX_RULE_LINES, parseSecurityRules } from './security_rules.ts';

/** The only rule of a text, without its place. */
function rule(text: string): object {
  const { parsed, errors } = parseSecurityRules(text);
  expect(errors).toEqual([]);
  expect(parsed).toHaveLength(1);
  const { direction, protocol, ports, peer } = parsed[0]!;
  return { direction, protocol, ports, peer };
}

const ANYONE = { address: 0, prefix: 0 };

describe('a rule', () => {
  it.each([
    ['tcp:22:0.0.0.0/0', { protocol: 6, ports: { first: 22, last: 22 }, peer: ANYONE }],
    [
      'tcp:8000-8080:10.1.2.3',
      { protocol: 6, ports: { first: 8000, last: 8080 }, peer: { address: 0x0a010203, prefix: 32 } },
    ],
    ['udp:1344:sg-other', { protocol: 17, ports: { first: 1344, last: 1344 }, peer: 'sg-other' }],
    [
      'sctp:1-65535:10.0.0.0/8',
      { protocol: 132, ports: { first: 1, last: 65535 }, peer: { address: 0x0a000000, prefix: 8 } },
    ],
    ['icmp:-1:0.0.0.0/0', { protocol: 1, ports: null, peer: ANYONE }],
    ['icmp::sg-a', { protocol: 1, ports: null, peer: 'sg-a' }],
    ['all::10.0.0.0/8', { protocol: null, ports: null, peer: { address: 0x0a000000, prefix: 8 } }],
    ['47::10.0.0.1', { protocol: 47, ports: null, peer: { address: 0x0a000001, prefix: 32 } }],
    ['6:22:0.0.0.0', { protocol: 6, ports: { first: 22, last: 22 }, peer: ANYONE }],
    ['0::0.0.0.0/0', { protocol: 0, ports: null, peer: ANYONE }],
    ['tcp:22:10.1.2.3/16', { protocol: 6, ports: { first: 22, last: 22 }, peer: { address: 0x0a010000, prefix: 16 } }],
    ['ingress tcp:22:0.0.0.0/0', { protocol: 6, ports: { first: 22, last: 22 }, peer: ANYONE }],
    ['tcp:22:0.0.0.0/0:of OpenVNet: passed over', { protocol: 6, ports: { first: 22, last: 22 }, peer: ANYONE }],
  ])('%s', (text, expected) => {
    expect(rule(text)).toEqual({ direction: 'ingress', ...expected });
  });

  it('may be about what goes out', () => {
    expect(rule('egress \t tcp:443:0.0.0.0/0')).toMatchObject({ direction: 'egress', protocol: 6 });
  });
});

describe('a text of rules', () => {
  it('is separated by commas and line ends of any kind, with comments and blanks', () => {
    const { parsed, errors } = parseSecurityRules(
      '# none, tcp:1:0.0.0.0/0\r\n tcp:2:0.0.0.0/0 ,udp:3:sg-a,,\rtcp:4:sg-a # udp:5:sg-a\n\nicmp:-1:sg-a',
    );
    expect(errors).toEqual([]);
    expect(parsed.map(({ line, text }) => [line, text])).toEqual([
      [2, 'tcp:2:0.0.0.0/0'],
      [2, 'udp:3:sg-a'],
      [3, 'tcp:4:sg-a'],
      [5, 'icmp:-1:sg-a'],
    ]);
  });

  it('may be empty', () => {
    expect(parseSecurityRules('')).toEqual({ parsed: [], errors: [] });
  });

  it.each([
    ['TCP:22:0.0.0.0/0', 'invalid protocol'],
    ['256::0.0.0.0/0', 'invalid protocol'],
    ['constructor::0.0.0.0/0', 'invalid protocol'],
    ['out tcp:22:0.0.0.0/0', 'invalid protocol'],
    ['tcp:0:0.0.0.0/0', 'invalid port'],
    ['tcp:65536:0.0.0.0/0', 'invalid port'],
    ['tcp::0.0.0.0/0', 'invalid port'],
    ['tcp:22x:0.0.0.0/0', 'invalid port'],
    ['tcp:80-79:0.0.0.0/0', 'invalid port'],
    ['tcp:80-:0.0.0.0/0', 'invalid port'],
    ['tcp:22', 'invalid ipv4 address or security group uuid'],
    ['tcp:22:10.0.0', 'invalid ipv4 address or security group uuid'],
    ['tcp:22:10.0.0.0/33', 'invalid ipv4 address or security group uuid'],
    ['tcp:22:10.0.0.0/', 'invalid ipv4 address or security group uuid'],
    ['tcp:22:sg-', 'invalid ipv4 address or security group uuid'],
    ['tcp:22:sg-UPPER', 'invalid ipv4 address or security group uuid'],
    ['tcp:22:sg-abcdefghijklmnopq', 'invalid ipv4 address or security group uuid'],
    ['tcp:22:::1', 'invalid ipv4 address or security group uuid'],
  ])('refuses %j: %s', (text, message) => {
    const { errors } = parseSecurityRules(`tcp:1:10.0.0.1\n${text}`);
    expect(errors).toEqual([{ line: 2, message: expect.stringContaining(`${message} in rule '${text}'`) as string }]);
    expect(errors[0]!.message).toMatch(/as in tcp:22:/);
  });

  it('keeps what can be read beside what cannot, and says all that is wrong', () => {
    const { parsed, errors } = parseSecurityRules('a\ntcp:22:10.0.0.1\nb');
    expect(parsed.map(({ text }) => text)).toEqual(['tcp:22:10.0.0.1']);
    expect(errors.map(({ line }) => line)).toEqual([1, 3]);
  });

  it(`has at most ${MAX_RULE_LINES} lines, the last of which may be ended`, () => {
    const most = 'tcp:22:10.0.0.1\n'.repeat(MAX_RULE_LINES);
    expect(parseSecurityRules(most)).toMatchObject({ parsed: { length: MAX_RULE_LINES }, errors: [] });
    const { parsed, errors } = parseSecurityRules(`${most}tcp:22:10.0.0.1`);
    expect(parsed).toEqual([]);
    expect(errors).toEqual([
      { line: MAX_RULE_LINES + 1, message: expect.stringContaining('use several groups') as string },
    ]);
  });
});
