import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataCentre } from './data-centre.ts';
import { TWO_TENANTS } from './tenants.ts';
import { until } from './until.ts';

const PORT = 7001;
const STREAM = 7011;
const VMS = ['a1', 'a2', 'a3', 'a5'];

let centre: DataCentre;

beforeAll(async () => {
  centre = await DataCentre.up(TWO_TENANTS);
  for (const vm of VMS) {
    for (const protocol of ['TCP', 'UDP']) {
      const echo = ['socat', `${protocol}4-LISTEN:${PORT},fork,reuseaddr`, 'EXEC:cat'];
      centre.lab.spawn(vm, `echo-${protocol}`, echo);
    }
  }
  await centre.api('POST', 'security_groups', { uuid: 'sg-web', display_name: 'web', rules: '' });
  await centre.api('POST', 'security_groups', { uuid: 'sg-clients', display_name: 'clients', rules: '' });
  await centre.api('POST', 'interfaces/if-a1/security_groups/sg-web');
  await centre.settled();
});

afterAll(async () => centre.down());

const ADDRESS = Object.fromEntries(Object.entries(TWO_TENANTS.topology.vms!).map(([vm, { address }]) => [vm, address]));

async function allow(...rules: readonly string[]): Promise<void> {
  await centre.api('PUT', 'security_groups/sg-web?wait=flows&timeout=10', { rules: rules.join('\n') });
}

/** Whether an echo comes back. */
async function answers(from: string, to: string, protocol: 'TCP' | 'UDP', size = 5): Promise<boolean> {
  const [address = ''] = ADDRESS[to]!.split('/');
  const input = 'x'.repeat(size);
  const way = `${protocol}4:${address}:${PORT}${protocol === 'TCP' ? ',connect-timeout=0.5' : ''}`;
  const { stdout } = await centre.lab.exec(from, ['socat', '-b', '60000', '-t', '0.5', '-', way], {
    input,
    anyExit: true,
  });
  return stdout === input;
}

async function reached(from: string, to: string): Promise<Readonly<Record<string, boolean>>> {
  const [tcp, udp, icmp] = await Promise.all([
    answers(from, to, 'TCP'),
    answers(from, to, 'UDP'),
    centre.reaches(from, ADDRESS[to]!),
  ]);
  return { tcp, udp, icmp };
}

const NOTHING = { tcp: false, udp: false, icmp: false };
const EVERYTHING = { tcp: true, udp: true, icmp: true };

describe.each([
  ['a5', 'on the same host'],
  ['a2', 'over MAC2MAC'],
  ['a3', 'over GRE'],
])('a1, in a group, and %s %s', (other) => {
  it('does not let in what no rule allows, and reaches what it wants', async () => {
    await allow();
    expect(await reached(other, 'a1')).toEqual(NOTHING);
    expect(await reached('a1', other)).toEqual(EVERYTHING);
  });

  it.each([
    ['tcp', `tcp:${PORT}:10.0.0.0/24`, { ...NOTHING, tcp: true }],
    ['tcp in a range', `tcp:7000-7008:0.0.0.0/0`, { ...NOTHING, tcp: true }],
    ['udp', `udp:${PORT}:0.0.0.0/0`, { ...NOTHING, udp: true }],
    ['icmp', 'icmp:-1:10.0.0.0/8', { ...NOTHING, icmp: true }],
    ['everything', 'all::0.0.0.0/0', EVERYTHING],
    ['another port', 'tcp:22:0.0.0.0/0', NOTHING],
    ['another address', 'all::10.0.0.77', NOTHING],
  ])('lets in %s', async (_, rule, expected) => {
    await allow(rule);
    expect(await reached(other, 'a1')).toEqual(expected);
  });

  it('lets in fragments of what is allowed', async () => {
    await allow(`udp:${PORT}:0.0.0.0/0`);
    // The first one may be lost to path MTU discovery.
    await until(async () => answers(other, 'a1', 'UDP', 4000), 'fragments pass');
    await allow('udp:9:0.0.0.0/0');
    expect(await answers(other, 'a1', 'UDP', 4000)).toBe(false);
  });

  it('lets in members of a group that a rule names, while they are members', async () => {
    await allow(`tcp:${PORT}:sg-clients`);
    expect(await answers(other, 'a1', 'TCP')).toBe(false);
    await centre.api('POST', `security_groups/sg-clients/interfaces/if-${other}?wait=flows&timeout=10`);
    expect(await answers(other, 'a1', 'TCP')).toBe(true);
    await centre.api('DELETE', `security_groups/sg-clients/interfaces/if-${other}?wait=flows&timeout=10`);
    expect(await answers(other, 'a1', 'TCP')).toBe(false);
  });

  it('lets out only what an egress rule allows, once there is one', async () => {
    await allow(`egress tcp:${PORT}:0.0.0.0/0`);
    expect(await reached('a1', other)).toEqual({ ...NOTHING, tcp: true });
  });

  it('trusts other members of its group', async () => {
    await allow();
    await centre.api('POST', `security_groups/sg-web/interfaces/if-${other}?wait=flows&timeout=10`);
    expect(await reached(other, 'a1')).toEqual(EVERYTHING);
    await centre.api('PUT', 'security_groups/sg-web?wait=flows&timeout=10', { trust_members: false });
    expect(await reached(other, 'a1')).toEqual(NOTHING);
    await centre.api('PUT', 'security_groups/sg-web?wait=flows&timeout=10', { trust_members: true });
    await centre.api('DELETE', `security_groups/sg-web/interfaces/if-${other}?wait=flows&timeout=10`);
  });

  it('passes with a filter only what the filter accepts too', async () => {
    await allow('all::0.0.0.0/0');
    await centre.api('PUT', 'interfaces/if-a1?wait=flows&timeout=10', { enable_filtering: true });
    expect(await reached(other, 'a1')).toEqual(NOTHING);
    const { uuid } = await centre.api('POST', 'filters', { interface_uuid: 'if-a1', mode: 'static' });
    const rule = (protocol: string, action: string, more = {}): Promise<unknown> =>
      centre.api('POST', `filters/${String(uuid)}/static?wait=flows&timeout=10`, { protocol, action, ...more });
    await rule('arp', 'pass');
    await rule('tcp', 'pass', { dst_port: PORT });
    await rule('udp', 'conn');
    expect(await reached(other, 'a1')).toEqual({ ...NOTHING, tcp: true });
    expect(await reached('a1', other)).toEqual({ ...NOTHING, udp: true });
    await centre.api('DELETE', `filters/${String(uuid)}`);
    await centre.api('PUT', 'interfaces/if-a1?wait=flows&timeout=10', { enable_filtering: false });
    expect(await reached(other, 'a1')).toEqual(EVERYTHING);
  });
});

describe('a connection', () => {
  it('ends with its next packet when its only rule is removed, in both directions; others go on', async () => {
    await allow(`tcp:${STREAM}:10.0.0.5`, `tcp:${STREAM + 1}:10.0.0.5`);
    const streams = [STREAM, STREAM + 1].map((port) => {
      const say = `SYSTEM:while sleep 0.05; do echo $$; done`;
      centre.lab.spawn('a1', `stream-${port}`, ['socat', `TCP4-LISTEN:${port},reuseaddr`, say]);
      return centre.lab.spawn('a5', `listen-${port}`, [
        'socat',
        '-u',
        `TCP4:10.0.0.1:${port},retry=50,interval=0.05`,
        '-',
      ]);
    });
    const lines = async (): Promise<readonly number[]> =>
      Promise.all(streams.map(async (stream) => (await stream.output()).split('\n').length));
    const [ended, other] = [0, 1];
    await until(async () => Math.min(...(await lines())) > 5, 'both streams run');
    await allow(`tcp:${STREAM + 1}:10.0.0.5`);
    const before = await lines();
    await until(async () => (await lines())[other]! > before[other]! + 40, 'the other stream goes on');
    // What was under way when the rule went may still arrive.
    expect((await lines())[ended]).toBeLessThan(before[ended]! + 10);
  });

  it('gets the ICMP errors that belong to it', async () => {
    await allow();
    const { stderr } = await centre.lab.exec('a1', ['socat', '-t', '1', '-', 'UDP4:10.0.0.5:9'], {
      input: 'x',
      anyExit: true,
    });
    expect(stderr).toContain('Connection refused');
  });

  it('is forgotten when its interface is not filtered any more', async () => {
    await allow('icmp:-1:0.0.0.0/0');
    expect(await centre.reaches('a5', '10.0.0.1')).toBe(true);
    expect(await connections('hv1')).toContain('mark=1');
    await centre.api('PUT', 'interfaces/if-a1?wait=flows&timeout=10', { ingress_filtering_enabled: false });
    await until(async () => (await connections('hv1')) === '', 'no connections are tracked');
    await centre.api('PUT', 'interfaces/if-a1?wait=flows&timeout=10', { ingress_filtering_enabled: null });
  });
});

describe('what is denied', () => {
  it('is in the log of the agent, with who denied it, where that is wanted', async () => {
    await allow();
    await centre.api('PUT', 'security_groups/sg-web?wait=flows&timeout=10', { log: true });
    const agent = centre.agent('hv1');
    const after = await agent.mark();
    expect(await centre.reaches('a3', '10.0.0.1')).toBe(false);
    const line = await agent.message(({ msg }) => msg === 'denied', { after });
    expect(line).toMatchObject({
      interface: 'if-a1',
      direction: 'ingress',
      groups: ['sg-web'],
      protocol: 'icmp',
      src: '10.0.0.3',
      dst: '10.0.0.1',
    });
  });
});

async function connections(host: string): Promise<string> {
  const node = centre.lab.host(host);
  const directory = node.ovsdb.replace(/^unix:/, '').replace(/\/[^/]*$/, '');
  const command = `ovs-appctl -t "$(ls ${directory}/ovs-vswitchd*.ctl)" dpctl/dump-conntrack`;
  return (await node.exec(['sh', '-c', command])).stdout;
}
