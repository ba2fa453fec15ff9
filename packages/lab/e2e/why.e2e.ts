import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiError } from './api.ts';
import { DataCentre } from './data-centre.ts';
import { TWO_TENANTS } from './tenants.ts';

const ADDRESS = { a1: '10.0.0.1/24' };

let centre: DataCentre;

beforeAll(async () => {
  centre = await DataCentre.up(TWO_TENANTS);
  const rules = '# from the office\ntcp:22:10.0.0.0/24\ntcp:80:sg-clients';
  await centre.api('POST', 'security_groups', { uuid: 'sg-clients', display_name: 'clients' });
  await centre.api('POST', 'security_groups', { uuid: 'sg-web', display_name: 'web', rules });
  await centre.api('POST', 'interfaces/if-a1/security_groups/sg-web');
  await centre.api('POST', 'interfaces/if-a5/security_groups/sg-clients');
  await centre.settled();
});
afterAll(async () => centre.down());

interface Answer {
  readonly allowed: boolean;
  readonly reason: string;
  readonly hosts: readonly { readonly node_id: string; readonly outcome: string; readonly table: string }[];
}

async function why(from: string, to: string, packet: string): Promise<Answer> {
  return (await centre.api('GET', `why/if-${from}/if-${to}?packet=${packet}`)) as unknown as Answer;
}

describe('why', () => {
  it.each([
    ['a5', 'tcp:22', true, 'sg-web line 2: tcp:22:10.0.0.0/24'],
    ['a2', 'tcp:22', true, 'sg-web line 2: tcp:22:10.0.0.0/24'],
    ['a3', 'tcp:22', true, 'sg-web line 2: tcp:22:10.0.0.0/24'],
    ['a5', 'tcp:80', true, 'sg-web line 3: tcp:80:sg-clients'],
    ['a2', 'tcp:80', false, 'no rule of sg-web allows it at if-a1'],
    ['a3', 'udp:53', false, 'no rule of sg-web allows it at if-a1'],
    ['a2', 'icmp', false, 'no rule of sg-web allows it at if-a1'],
  ])('%s to a1, %s', async (from, packet, allowed, reason) => {
    expect(await why(from, 'a1', packet)).toMatchObject({ allowed, reason });
  });

  it('names each host on the way', async () => {
    const { hosts } = await why('a3', 'a1', 'tcp:23');
    expect(hosts.map(({ outcome, table }) => [outcome, table])).toEqual([
      ['sent', 'UNDERLAY'],
      ['dropped', 'INGRESS_VERDICT'],
    ]);
  });

  it('says that nothing is in the way', async () => {
    expect(await why('a1', 'a2', 'tcp:22')).toMatchObject({ allowed: true });
  });

  it('follows a filter that is switched on', async () => {
    await centre.api('PUT', 'interfaces/if-a2?wait=flows', { enable_filtering: true });
    expect(await why('a1', 'a2', 'icmp')).toMatchObject({
      allowed: false,
      reason: 'enable_filtering without a filter: nothing passes',
    });
    await centre.api('POST', 'filters', { uuid: 'fil-a2', interface_uuid: 'if-a2', mode: 'static' });
    await centre.api('POST', 'filters/fil-a2/static?wait=flows', { protocol: 'tcp', dst_port: 22, action: 'pass' });
    expect(await why('a1', 'a2', 'tcp:22')).toMatchObject({ allowed: true });
    expect(await why('a1', 'a2', 'tcp:23')).toMatchObject({
      allowed: false,
      reason: 'fil-a2: what no rule is about does not pass',
    });
    await centre.api('PUT', 'interfaces/if-a2?wait=flows', { enable_filtering: false });
  });

  it.each([
    ['if-a1/if-nobody', '', 404, 'Interface#to_uuid: if-nobody'],
    ['if-a1/if-a2', '?packet=tcp', 400, 'is not a packet such as tcp:22'],
    ['if-a1/if-a2', '?packet=tcp:0', 400, 'is not a packet such as tcp:22'],
    ['if-a1/if-b1', '', 400, 'no network in common'],
  ])('%s%s is refused', async (path, query, status, message) => {
    const refused = await centre.api('GET', `why/${path}${query}`).catch((error: unknown) => error as ApiError);
    expect(refused).toMatchObject({ status, body: { message: expect.stringContaining(message) as string } });
  });
});

describe('vnctl', () => {
  it('why says who decides, on which host', async () => {
    const { stdout } = await centre.vnctl('why', 'if-a3', 'if-a1', 'tcp:22');
    expect(stdout).toBe(
      [
        'if-a3 → if-a1 tcp:22: allowed',
        '  sg-web line 2: tcp:22:10.0.0.0/24',
        'on hv3 (dp-hv3): sent to the next host',
        'on hv1 (dp-hv1): delivered to the machine',
        '  sg-web line 2: tcp:22:10.0.0.0/24',
        '',
      ].join('\n'),
    );
    const denied = await centre.vnctl('why', 'if-a2', 'if-a1');
    expect(denied.stdout).toContain('if-a2 → if-a1 icmp: not allowed\n  no rule of sg-web allows it at if-a1\n');
    expect(denied.stdout).toContain('on hv1 (dp-hv1): dropped in table INGRESS_VERDICT');
  });

  it('agents lists the hosts', async () => {
    const { stdout } = await centre.vnctl('agents', '--columns', 'node_id,datapath_uuid,state,warnings');
    expect(stdout.replace(/ +/g, ' ')).toBe(
      'node_id datapath_uuid state warnings\nhv1 dp-hv1 up to date\nhv2 dp-hv2 up to date\nhv3 dp-hv3 up to date\n',
    );
  });
});

describe('statistics of a security group', () => {
  it('count connections of each rule, and what was denied', async () => {
    const before = (await centre.api('GET', 'security_groups/sg-web/stats')) as { denied: { packets: number }[] };
    await centre.api('PUT', 'security_groups/sg-web?wait=flows', { rules: 'icmp:-1:10.0.0.2' });
    await centre.reaches('a2', ADDRESS.a1);
    await centre.reaches('a3', ADDRESS.a1);
    const after = await centre.api('GET', 'security_groups/sg-web/stats');
    expect(after).toMatchObject({
      uuid: 'sg-web',
      hosts: [{ node_id: 'hv1', answered: true }],
      rules: expect.arrayContaining([
        expect.objectContaining({ rule: 'icmp:-1:10.0.0.2', line: 1, direction: 'ingress', connections: 1 }),
      ]) as object,
    });
    const denied = (body: object): number =>
      (body as typeof before).denied.reduce((sum, { packets }) => sum + packets, 0);
    expect(denied(after)).toBeGreaterThan(denied(before));
    const { stdout } = await centre.vnctl('security-group', 'show', 'sg-web', '--stats');
    expect(stdout).toMatch(/^ingress +1 +icmp:-1:10\.0\.0\.2 +1 +\d+ +\d+$/m);
    expect(stdout).toMatch(/^denied\n.*\ningress +if-a1 +\d+/m);
  });
});
