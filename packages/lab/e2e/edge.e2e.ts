import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeEthernet } from '@vnet/packet';
import { Capture } from './capture.ts';
import { DataCentre } from './data-centre.ts';
import { declareMachine, LEGACY_SITE, mapVlans, TRUNK } from './edge-site.ts';

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
