import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataCentre } from './data-centre.ts';
import { datagram, groupMac } from './frames.ts';
import { TWO_TENANTS } from './tenants.ts';
import { expectTransfer } from './transfer.ts';
import { Witnesses } from './witnesses.ts';

const NEIGHBOUR = '10.0.0.2';
const BEYOND = '10.0.0.3';
/** IPv4 and ICMP headers. */
const PING_HEADERS = 28;

let centre: DataCentre;

beforeAll(async () => {
  centre = await DataCentre.up(TWO_TENANTS);
});

afterAll(async () => centre.down());

async function setMtu(mtu: number): Promise<void> {
  await Promise.all(centre.lab.vms.map(async (vm) => vm.setMtu(mtu)));
}

/** A ping in one packet of a size, which may not be fragmented. */
async function bigPing(from: string, to: string, bytes: number, ...extra: readonly string[]) {
  const size = ['-s', String(bytes - PING_HEADERS)];
  return centre.ping(from, to, { extra: ['-M', 'do', ...size, ...extra] });
}

describe('the MTU that the API shows', () => {
  it('is what is left beside GRE where hosts of several physical networks take part', async () => {
    expect((await centre.api('GET', 'networks/nw-a'))['mtu']).toBe(1458);
  });

  it('is that of the physical network where all hosts are in it', async () => {
    await centre.api('POST', 'topologies', { uuid: 'topo-rack', mode: 'simple_underlay' });
    await centre.api('POST', 'topologies/topo-rack/mac_range_groups/mrg-hosts');
    await centre.api('POST', 'topologies/topo-rack/networks/nw-rack1');
    await centre.api('POST', 'topologies/topo-rack/datapaths/dp-hv1', { interface_uuid: 'if-hv1' });
    await centre.api('POST', 'topologies/topo-rack/datapaths/dp-hv2', { interface_uuid: 'if-hv2' });
    await centre.api('POST', 'topologies', { uuid: 'topo-flat', mode: 'simple_overlay' });
    await centre.api('POST', 'topologies/topo-flat/underlays/topo-rack');
    const network = { uuid: 'nw-flat', mode: 'virtual', ipv4_network: '10.9.0.0', ipv4_prefix: 24 };
    expect(await centre.api('POST', 'networks', { ...network, topology_uuid: 'topo-flat' })).toMatchObject({
      mtu: 1500,
    });
    await centre.api('DELETE', 'networks/nw-flat');
  });

  it('follows that of the physical networks, and cannot be more than they carry', async () => {
    await centre.api('PUT', 'networks/nw-rack2', { mtu: 1400 });
    expect((await centre.api('GET', 'networks/nw-a'))['mtu']).toBe(1358);
    await centre.api('PUT', 'networks/nw-rack2', { mtu: 1500 });
    expect((await centre.api('GET', 'networks/nw-a'))['mtu']).toBe(1458);
    await expect(centre.api('PUT', 'networks/nw-a', { mtu: 1459 })).rejects.toMatchObject({ status: 400 });
    expect((await centre.api('GET', 'networks/nw-a'))['mtu']).toBe(1458);
  });
});

describe('machines that have the MTU of their network', () => {
  beforeAll(async () => centre.setMtus());

  it.each([NEIGHBOUR, BEYOND, '10.0.0.5'])('send packets as large as that to %s', async (address) => {
    const { received, output } = await bigPing('a1', address, 1458);
    expect(received, output).toBe(1);
  });

  it('send none that are larger', async () => {
    expect((await bigPing('a1', BEYOND, 1459)).output).not.toContain('1 received');
  });

  it.each([
    ['MAC2MAC', 'a2', NEIGHBOUR],
    ['GRE', 'a3', BEYOND],
  ])('transfer what they send with TCP over %s, unharmed', async (_, to, address) => {
    await expectTransfer(centre, 'a1', to, address);
  });
});

describe('machines that have a larger MTU than their network', () => {
  beforeAll(async () => setMtu(1500));

  it.each(['a1', 'a2'])('%s is told with the first packet what passes through GRE', async (from) => {
    const { received, output } = await bigPing(from, BEYOND, 1500);
    expect(received).toBe(0);
    expect(output).toMatch(/From 10\.0\.0\.3 icmp_seq=1 Frag needed and DF set \(mtu = 1458\)/);
    const passes = await bigPing(from, BEYOND, 1458);
    expect(passes.received, passes.output).toBe(1);
  });

  it.each([NEIGHBOUR, '10.0.0.5'])(
    'send packets of the physical network’s size to %s all the same',
    async (address) => {
      const { received, output } = await bigPing('a1', address, 1500);
      expect(received, output).toBe(1);
    },
  );

  it('fragment by themselves once they know, when they may', async () => {
    const large = ['-M', 'dont', '-s', '1472'];
    // One packet is lost on the way there, and one answer on the way back: then both ends know.
    await centre.ping('a5', BEYOND, { count: 2, extra: large });
    expect((await centre.ping('a5', BEYOND, { count: 3, extra: large })).received).toBe(3);
  });

  it.each([
    ['MAC2MAC', 'a2', NEIGHBOUR],
    ['GRE', 'a3', BEYOND],
  ])('transfer what they send with TCP over %s, unharmed', async (_, to, address) => {
    await expectTransfer(centre, 'a1', to, address);
  });

  it('have floods counted that are too big for the tunnel, while those whom they fit get them', async () => {
    const agent = centre.agent('hv1');
    const mark = await agent.mark();
    const { mac: src, address } = centre.lab.vm('b1');
    const group = { src, dst: groupMac('239.1.2.3'), srcIp: address!, dstIp: '239.1.2.3' };
    const frame = datagram(group, 'x'.repeat(1472));
    await using witnesses = await Witnesses.in(centre);
    expect(await witnesses.of('b1', [frame, frame, frame])).toEqual({
      b2: [frame, frame, frame],
      b6: [frame, frame, frame],
    });
    const port = Number(await centre.lab.host('hv1').vsctl('get', 'interface', 'b1', 'ofport'));
    const line = await agent.message(
      (each) => String(each['msg']).startsWith('packets too big') && each['port_number'] === port,
      { after: mark, timeout: 15_000 },
    );
    expect(line).toMatchObject({ mtu: 1458, answered: 0 });
    expect(Number(line['dropped'])).toBe(3);
    expect(line['remedy']).toContain('1458');
  });
});
