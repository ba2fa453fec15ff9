import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Capture } from './capture.ts';
import { DataCentre } from './data-centre.ts';
import { expectMatrix } from './matrix.ts';
import { TWO_TENANTS } from './tenants.ts';

const HERE = { segment: 'rack1', address: '10.1.0.12', gateway: '10.1.0.1' };
const THERE = { segment: 'rack2', address: '10.2.0.12', gateway: '10.2.0.1' };
type Place = typeof HERE;

const SOON_MS = 1000;

let centre: DataCentre;

beforeAll(async () => {
  centre = await DataCentre.up(TWO_TENANTS);
});

afterAll(async () => centre.down());

describe('a host that moves to another physical network while machines run on it', () => {
  it('is reached over MAC2MAC by its neighbour and over GRE across the router at first', async () => {
    expect(await transport('a1', 'a2', HERE)).toBe('MAC2MAC');
    expect(await transport('a3', 'a2', HERE)).toBe('GRE');
  });

  it.each([
    { from: HERE, to: THERE, ways: { a1: 'GRE', a3: 'MAC2MAC' } },
    { from: THERE, to: HERE, ways: { a1: 'MAC2MAC', a3: 'GRE' } },
  ])('is reached the other way, by all and within a second, when it is in $to.segment', async ({ from, to, ways }) => {
    await carry(from, to);
    await readdress(from, to);
    const times = ['a1', 'a3', 'b1', 'b3'].map(async (vm) => centre.reachedAfter(vm, '10.0.0.2'));
    expect(Math.max(...(await Promise.all(times)))).toBeLessThan(SOON_MS);
    for (const [vm, way] of Object.entries(ways)) expect(await transport(vm, 'a2', to), vm).toBe(way);
    await expectMatrix(centre);
  });
});

describe('a lease that changes in the model only', () => {
  it('changes the way in the switches of all hosts, both there and back', async () => {
    const way = async (host: string): Promise<string> => {
      const { id } = await centre.api('GET', 'datapaths/dp-hv2');
      const [flow = ''] = await centre.flows(host, `table=60,reg3=${Number(id)}`);
      return flow.includes('tun_dst') ? 'GRE' : 'MAC2MAC';
    };
    expect([await way('hv1'), await way('hv3')]).toEqual(['MAC2MAC', 'GRE']);
    await readdress(HERE, THERE);
    expect([await way('hv1'), await way('hv3')]).toEqual(['GRE', 'MAC2MAC']);
    await readdress(THERE, HERE);
    expect([await way('hv1'), await way('hv3')]).toEqual(['MAC2MAC', 'GRE']);
    await expectMatrix(centre);
  });
});

/** How a ping from one machine to another arrives at the host of the second. */
async function transport(from: string, to: string, { segment }: Place): Promise<string> {
  const { host, address } = centre.lab.vm(to);
  await using line = await Capture.on(centre.lab.node(segment), host, 'proto gre or icmp', 'out');
  const { received, output } = await centre.ping(from, address!);
  expect(received, output).toBe(1);
  const IP_PROTOCOL_OFFSET = 23;
  const protocols = new Set(line.frames.map((frame) => frame[IP_PROTOCOL_OFFSET]));
  return [...protocols].map((protocol) => (protocol === 47 ? 'GRE' : 'MAC2MAC')).join(' and ');
}

/** Puts hv2's cable into another segment and gives it an address there. */
async function carry(from: Place, to: Place): Promise<void> {
  const { lab } = centre;
  const [old, next, host] = [lab.node(from.segment), lab.node(to.segment), lab.host('hv2')];
  await old.exec(['ip', 'link', 'set', host.name, 'netns', next.namespace!]);
  await next.exec(['ip', 'link', 'set', host.name, 'master', 'br0', 'up']);
  const lines = [
    `address del ${from.address}/24 dev br0`,
    `address add ${to.address}/24 dev br0`,
    `route replace default via ${to.gateway}`,
  ];
  await host.exec(['ip', '-batch', '-'], { input: lines.join('\n') });
}

/** Tells the model where hv2 is now. */
async function readdress(from: Place, to: Place): Promise<void> {
  const { ip_leases: leases } = await centre.api('GET', 'interfaces/if-hv2');
  const old = (leases as { uuid: string; ipv4_address: string }[]).find(
    (lease) => lease.ipv4_address === from.address,
  )!;
  const lease = { interface_uuid: 'if-hv2', network_uuid: `nw-${to.segment}`, ipv4_address: to.address };
  await centre.api('POST', 'ip_leases', lease);
  // Its place in the underlay goes over to the lease that is left.
  await centre.api('DELETE', `ip_leases/${old.uuid}?wait=flows`);
}
