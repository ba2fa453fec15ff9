import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataCentre, pingCounts } from './data-centre.ts';
import { TWO_TENANTS } from './tenants.ts';
import { until } from './until.ts';

const { topology, tenants } = TWO_TENANTS;

let centre: DataCentre;
/** Network namespaces of hv1 for the legs of the two tenants. */
let namespaces: Readonly<Record<'a' | 'b', string>>;

beforeAll(async () => {
  centre = await DataCentre.up({ topology, tenants });
  const { id, machine } = centre.lab;
  namespaces = { a: `${id}-leg-a`, b: `${id}-leg-b` };
  for (const netns of Object.values(namespaces)) {
    await machine.exec(['ip', 'netns', 'add', netns]);
    await machine.exec(['ip', '-n', netns, 'link', 'set', 'lo', 'up']);
  }
});

afterAll(async () => {
  for (const netns of Object.values(namespaces)) await centre.lab.machine.exec(['ip', 'netns', 'del', netns]);
  await centre.down();
});

interface LegOfHost {
  readonly name: string;
  readonly tenant: string;
  readonly address: string;
  readonly mac: string;
  readonly netns?: string;
}

async function makeLeg({ name, tenant, address, mac, netns }: LegOfHost): Promise<void> {
  await centre.api('POST', 'interfaces', {
    uuid: `if-${name}`,
    mode: 'internal',
    owner_datapath_uuid: 'dp-hv1',
    port_name: name,
    network_uuid: `nw-${tenant}`,
    ipv4_address: address,
    mac_address: mac,
    ...(netns === undefined ? {} : { netns }),
  });
}

/** Runs a command of the host in a network namespace. */
async function within(netns: string, ...argv: readonly string[]): Promise<string> {
  return (await centre.lab.machine.exec(['ip', 'netns', 'exec', netns, ...argv], { anyExit: true })).stdout;
}

/** IPv4 addresses of a device of hv1, or of a namespace of it; empty when it is not there. */
async function addresses(device: string, netns?: string): Promise<readonly string[]> {
  const command = ['ip', '-o', '-4', 'address', 'show', 'dev', device];
  const text =
    netns === undefined
      ? (await centre.lab.exec('hv1', command, { anyExit: true })).stdout
      : await within(netns, ...command);
  return [...text.matchAll(/inet (\S+)/g)].map(([, address]) => address!);
}

async function standsWith(address: string, device: string, netns?: string): Promise<void> {
  await until(
    async () => (await addresses(device, netns)).join() === address,
    `${device} has ${address} and nothing else`,
  );
}

describe('an internal interface with a port name', () => {
  beforeAll(async () => {
    await makeLeg({ name: 'leg0', tenant: 'a', address: '10.0.0.100', mac: '02:0e:00:00:00:01' });
    await standsWith('10.0.0.100/24', 'leg0');
    await centre.settled();
  });

  it('is a device of the host with the MTU of the network', async () => {
    const { mtu } = await centre.api('GET', 'networks/nw-a');
    const { stdout } = await centre.lab.exec('hv1', ['ip', 'link', 'show', 'dev', 'leg0']);
    expect(stdout).toContain(`mtu ${String(mtu)} `);
    expect(stdout).toContain('02:0e:00:00:00:01');
  });

  it.each([
    ['a1', 'on the same host'],
    ['a2', 'over MAC2MAC'],
    ['a3', 'over GRE'],
  ])('reaches and is reached by %s, %s', async (vm) => {
    expect((await centre.ping(vm, '10.0.0.100', { count: 3 })).received).toBe(3);
    expect((await centre.ping('hv1', centre.lab.vm(vm).address!, { count: 3 })).received).toBe(3);
  });

  it('is not reached by the other tenant', async () => {
    expect(await centre.reaches('b2', '10.0.0.100')).toBe(false);
  });

  it('sends from its own addresses only', async () => {
    await centre.lab.exec('hv1', ['ip', 'address', 'add', '10.0.0.77/32', 'dev', 'leg0']);
    const spoofed = await centre.ping('hv1', '10.0.0.2', { extra: ['-I', '10.0.0.77'] });
    expect(spoofed.received).toBe(0);
    expect((await centre.ping('hv1', '10.0.0.2')).received).toBe(1);
  });

  it('follows its lease', async () => {
    const { mac_leases: macLeases } = await centre.api('GET', 'interfaces/if-leg0');
    const [lease] = macLeases as { uuid: string; ip_leases: { uuid: string }[] }[];
    await centre.api('DELETE', `ip_leases/${lease!.ip_leases[0]!.uuid}`);
    const place = { network_uuid: 'nw-a', mac_lease_uuid: lease!.uuid, ipv4_address: '10.0.0.110' };
    await centre.api('POST', 'ip_leases?wait=flows&timeout=10', place);
    await standsWith('10.0.0.110/24', 'leg0');
    expect(await centre.reaches('a3', '10.0.0.110')).toBe(true);
    expect(await centre.reaches('a3', '10.0.0.100')).toBe(false);
  });

  it('is gone when it is deleted', async () => {
    await centre.vnctl('interfaces', 'del', 'if-leg0');
    await until(
      async () => (await centre.lab.exec('hv1', ['ip', 'link', 'show', 'leg0'], { anyExit: true })).code !== 0,
      'the device is gone',
    );
    expect(await centre.lab.host('hv1').vsctl('list-ports', 'br0')).not.toContain('leg0');
  });
});

describe('legs in network namespaces', () => {
  const address = '10.0.0.101';

  beforeAll(async () => {
    for (const [index, tenant] of (['a', 'b'] as const).entries()) {
      const mac = `02:0e:00:00:00:1${index}`;
      await makeLeg({ name: `leg${tenant}`, tenant, address, mac, netns: namespaces[tenant] });
      await standsWith(`${address}/24`, `leg${tenant}`, namespaces[tenant]);
    }
    await centre.settled();
  });

  it('may have the same addresses, and reach each their own tenant', async () => {
    for (const tenant of ['a', 'b'] as const) {
      for (const other of tenants[tenant]!) {
        const to = centre.lab.vm(other).address!.split('/')[0]!;
        const output = await within(namespaces[tenant], 'ping', '-n', '-c', '1', '-W', '1', to);
        expect(pingCounts(output).received, `${tenant} ${to}`).toBe(1);
        expect(await centre.reaches(other, address)).toBe(true);
      }
    }
    const output = await within(namespaces.a, 'ping', '-n', '-c', '1', '-W', '1', '10.0.0.6');
    expect(pingCounts(output).received, 'an address of the other tenant').toBe(0);
  });

  it('are put there again when the switch has been restarted', async () => {
    await centre.lab.host('hv1').restartSwitch();
    for (const tenant of ['a', 'b'] as const) await standsWith(`${address}/24`, `leg${tenant}`, namespaces[tenant]);
    await centre.reachedAfter('a2', address);
  });

  it('wait for a namespace that is missing, and say so', async () => {
    const netns = `${centre.lab.id}-late`;
    await makeLeg({ name: 'leglate', tenant: 'a', address: '10.0.0.120', mac: '02:0e:00:00:00:20', netns });
    const line = await centre
      .agent('hv1')
      .message(({ port, msg }) => port === 'leglate' && msg === 'a leg of the host is not ready; trying again');
    expect(line['remedy']).toBe(`ip netns add ${netns}`);
    const { stderr } = await centre.vnctl('interfaces', 'modify', 'if-leglate', '--display-name', 'late', '--wait');
    expect(stderr).toMatch(new RegExp(`hv1 warns: a leg of the host is not ready.*ip netns add ${netns}`));
    await centre.lab.machine.exec(['ip', 'netns', 'add', netns]);
    await standsWith('10.0.0.120/24', 'leglate', netns);
    await centre.vnctl('interfaces', 'del', 'if-leglate');
    await centre.lab.machine.exec(['ip', 'netns', 'del', netns]);
  });

  it('move when their namespace is another one, and out of it', async () => {
    const { machine } = centre.lab;
    const [netns, other] = [`${centre.lab.id}-one`, `${centre.lab.id}-two`];
    for (const name of [netns, other]) await machine.exec(['ip', 'netns', 'add', name]);
    await makeLeg({ name: 'legmove', tenant: 'a', address: '10.0.0.130', mac: '02:0e:00:00:00:30', netns });
    await standsWith('10.0.0.130/24', 'legmove', netns);
    await centre.vnctl('interfaces', 'modify', 'if-legmove', '--netns', other, '--wait');
    expect(await addresses('legmove', other), 'what is waited for is there').toEqual(['10.0.0.130/24']);
    expect(await addresses('legmove', netns)).toEqual([]);
    await centre.reachedAfter('a3', '10.0.0.130');
    await centre.vnctl('interfaces', 'modify', 'if-legmove', '--netns', '');
    await standsWith('10.0.0.130/24', 'legmove');
    expect(await addresses('legmove', other)).toEqual([]);
    await centre.reachedAfter('a3', '10.0.0.130');
    await centre.vnctl('interfaces', 'del', 'if-legmove');
    for (const name of [netns, other]) await machine.exec(['ip', 'netns', 'del', name]);
  });

  it('come back when their namespace is deleted and made again, also after a restart of the agent', async () => {
    const { machine } = centre.lab;
    const netns = `${centre.lab.id}-again`;
    const address = '10.0.0.140';
    await machine.exec(['ip', 'netns', 'add', netns]);
    await makeLeg({ name: 'legback', tenant: 'a', address, mac: '02:0e:00:00:00:40', netns });
    await standsWith(`${address}/24`, 'legback', netns);
    await machine.exec(['ip', 'netns', 'del', netns]);
    await machine.exec(['ip', 'netns', 'add', netns]);
    await standsWith(`${address}/24`, 'legback', netns);
    await centre.reachedAfter('a2', address);

    await machine.exec(['ip', 'netns', 'del', netns]);
    const problem = async (): Promise<string> => (await centre.vnctl('agents', '--columns', 'warnings')).stdout;
    await until(async () => (await problem()).includes(`ip netns add ${netns}`), 'the agent warns of the namespace');
    await centre.agent('hv1').stop();
    await machine.exec(['ip', 'netns', 'add', netns]);
    await centre.agent('hv1').start();
    await standsWith(`${address}/24`, 'legback', netns);
    await centre.reachedAfter('a2', address);
    await until(async () => !(await problem()).includes('legback'), 'nothing is wrong any more');
    await centre.vnctl('interfaces', 'del', 'if-legback');
    await machine.exec(['ip', 'netns', 'del', netns]);
  });

  it('let a BIRD on the host form a BGP session with the one of a VM, and learn its route', async () => {
    const { lab } = centre;
    const file = (name: string): string => join(lab.dir, name);
    const bird = (own: string, asn: number, peer: string, peerAsn: number, route: string): string => `
      router id ${own};
      protocol device { scan time 1; }
      protocol direct { ipv4; interface "lo"; }
      protocol static { ipv4; route ${route} blackhole; }
      protocol kernel { ipv4 { export where source = RTS_BGP; }; }
      protocol bgp peer {
        local ${own} as ${asn};
        neighbor ${peer} as ${peerAsn};
        connect retry time 1; connect delay time 1; error wait time 1, 2;
        ipv4 { import all; export where source = RTS_STATIC; next hop self; };
      }`;
    await writeFile(file('host.bird'), bird(address, 65001, '10.0.0.2', 65002, '198.51.100.0/24'));
    await writeFile(file('vm.bird'), bird('10.0.0.2', 65002, address, 65001, '203.0.113.0/24'));
    const daemon = (name: string): readonly string[] => [
      'bird',
      '-f',
      '-c',
      file(`${name}.bird`),
      '-s',
      file(`${name}.ctl`),
    ];
    lab.machine.spawn('bird-host', ['ip', 'netns', 'exec', namespaces.a, ...daemon('host')]);
    lab.spawn('a2', 'bird-vm', daemon('vm'));
    await until(
      async () => (await within(namespaces.a, 'ip', 'route')).includes('203.0.113.0/24 via 10.0.0.2'),
      'the route of the VM is in the namespace of the leg',
      30_000,
    );
    const { stdout } = await lab.exec('a2', ['ip', 'route']);
    expect(stdout).toContain(`198.51.100.0/24 via ${address}`);
    const protocols = await within(namespaces.a, 'birdc', '-s', file('host.ctl'), 'show', 'protocols');
    expect(protocols).toMatch(/peer\s+BGP.*Established/);
  });
});
