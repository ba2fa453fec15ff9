import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeEthernet } from '@vnet/packet';
import { Capture } from './capture.ts';
import { DataCentre } from './data-centre.ts';
import { declareMachine, LEGACY_SITE, mapVlan, mapVlans, TRUNK } from './edge-site.ts';
import { SteadyPing } from './steady-ping.ts';

let centre: DataCentre;

beforeAll(async () => {
  centre = await DataCentre.up(LEGACY_SITE);
  await mapVlans(centre);
  await declareMachine(centre, 'olda', 'a');
  await declareMachine(centre, 'oldb', 'b');
});

afterAll(async () => centre.down());

const PLACES = [
  ['1', 'on the edge host'],
  ['2', 'over MAC2MAC'],
  ['3', 'through GRE'],
] as const;

describe('a declared legacy machine', () => {
  it.each(PLACES)('is reached by the VMs %s of its own tenant, %s', async (number) => {
    for (const tenant of ['a', 'b']) {
      await centre.reachedAfter(`${tenant}${number}`, '10.0.0.100');
      const { received, output } = await centre.ping(`${tenant}${number}`, '10.0.0.100', { count: 3 });
      expect(received, output).toBe(3);
    }
  });

  it.each(PLACES)('reaches the VMs %s of its own tenant, %s', async (number) => {
    for (const machine of ['olda', 'oldb']) {
      const { received, output } = await centre.ping(machine, `10.0.0.${number}`, { count: 3 });
      expect(received, output).toBe(3);
    }
  });

  it('does not reach an address that only the other tenant has', async () => {
    expect((await centre.ping('oldb', '10.0.0.5')).received).toBe(1);
    expect((await centre.ping('olda', '10.0.0.5')).received).toBe(0);
  });
});

describe('tags', () => {
  it('are on the trunk and not in the network', async () => {
    await using trunk = await Capture.on(centre.lab.host('edge1'), TRUNK, '', 'inout');
    await using underlay = await Capture.on(centre.lab.node('rack1'), 'hv2', 'icmp or vlan', 'inout');
    expect((await centre.ping('a2', '10.0.0.100', { count: 2 })).received).toBe(2);
    const ids = trunk.frames.map((frame) => decodeEthernet(frame).vlans.map(({ vid }) => vid));
    expect(ids.length).toBeGreaterThanOrEqual(4);
    expect(new Set(ids.flat())).toEqual(new Set([100]));
    const carried = underlay.frames.map((frame) => decodeEthernet(frame).vlans.length);
    expect(carried.length).toBeGreaterThanOrEqual(4);
    expect(new Set(carried)).toEqual(new Set([0]));
  });
});

describe('a mapping', () => {
  it('takes effect at once when it is changed, and loses nothing of other VLANs', async () => {
    const other = await SteadyPing.start(centre, 'b3', '10.0.0.100');
    await centre.vnctl('vlan-translations', 'del', 'vt-edge1x100', '--wait');
    expect((await centre.ping('a2', '10.0.0.100')).received).toBe(0);
    await mapVlan(centre, 100, 'a');
    expect(await centre.reachedAfter('a2', '10.0.0.100')).toBeLessThan(2_000);
    // The VLAN of olda becomes the other tenant's: its own address is not one of that network.
    await centre.api('PUT', 'vlan_translations/vt-edge1x100?wait=flows&timeout=10', { network_uuid: 'nw-b' });
    expect((await centre.ping('a3', '10.0.0.100')).received).toBe(0);
    await centre.api('PUT', 'vlan_translations/vt-edge1x100?wait=flows&timeout=10', { network_uuid: 'nw-a' });
    expect(await centre.reachedAfter('a3', '10.0.0.100')).toBeLessThan(2_000);
    await other.more(100);
    expect((await other.stop()).lost).toEqual([]);
  });

  it('can be added for another VLAN while the first one is in use', async () => {
    const first = await SteadyPing.start(centre, 'a3', '10.0.0.100');
    await mapVlan(centre, 300, 'a');
    await first.more(100);
    await centre.vnctl('vlan-translations', 'del', 'vt-edge1x300', '--wait');
    await first.more(100);
    expect((await first.stop()).lost).toEqual([]);
  });
});

describe('a packet from the legacy side that is too big for the tunnel', () => {
  it('is answered with fragmentation needed, and the machine learns the size', async () => {
    const { mtu } = await centre.api('GET', 'networks/nw-a');
    const ping = ['-M', 'do', '-s', '1472'];
    const { received, output } = await centre.ping('olda', '10.0.0.3', { extra: ping, count: 3 });
    expect(received).toBe(0);
    expect(output).toContain(`mtu = ${Number(mtu)}`);
    const fits = ['-M', 'do', '-s', String(Number(mtu) - 28)];
    expect((await centre.ping('olda', '10.0.0.3', { extra: fits })).received).toBe(1);
  });
});
