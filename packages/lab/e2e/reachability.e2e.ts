import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeEthernet, formatMac } from '@vnet/packet';
import { Capture } from './capture.ts';
import { DataCentre } from './data-centre.ts';
import { expectMatrix } from './matrix.ts';
import { TWO_TENANTS } from './tenants.ts';

let centre: DataCentre;

/** A machine that is plugged in before anyone has told VNet of it. */
const LATE = { host: 'hv2', address: '10.0.0.7/24', mac: '02:0a:00:00:00:07' };

beforeAll(async () => {
  const { topology, tenants } = TWO_TENANTS;
  centre = await DataCentre.up({ topology: { ...topology, vms: { ...topology.vms, late: LATE } }, tenants });
});

afterAll(async () => centre.down());

/** The first test of the file: nothing has passed yet. */
describe('a fresh data centre', () => {
  it('answers the very first ping, without asking anyone on the underlay for the address', async () => {
    await using underlay = await Capture.on(centre.lab.node('rack1'), 'br0', 'arp', 'inout');
    const { received, output } = await centre.ping('a1', '10.0.0.2');
    expect(received, output).toBe(1);
    expect(underlay.texts.filter((text) => text.includes('10.0.0.'))).toEqual([]);
  });

  it('answers the very first ping through GRE', async () => {
    const { received, output } = await centre.ping('b1', '10.0.0.3');
    expect(received, output).toBe(1);
  });
});

describe('two tenants with the same addresses', () => {
  it('each reach all of their own machines, and no frame comes from the other', async () => {
    await expectMatrix(centre);
  });

  it.each([
    ['a1', '10.0.0.6', 'hv1, where the other tenant has it'],
    ['a3', '10.0.0.6', 'through GRE'],
    ['b1', '10.0.0.5', 'hv1, where the other tenant has it'],
    ['b2', '10.0.0.5', 'over MAC2MAC'],
  ])('%s does not reach %s, an address of the other tenant only: %s', async (from, address) => {
    expect((await centre.ping(from, address)).received).toBe(0);
  });
});

describe('the underlay', () => {
  it('carries frames between neighbours as they are', async () => {
    await using underlay = await Capture.on(centre.lab.node('rack1'), 'hv2', 'proto gre or icmp', 'inout');
    expect((await centre.ping('a1', '10.0.0.2', { count: 3 })).received).toBe(3);
    const frames = underlay.frames.map(decodeEthernet);
    expect(frames).toHaveLength(6);
    expect(new Set(frames.map(({ src }) => formatMac(src)))).toEqual(
      new Set(['02:0a:00:00:00:01', '02:0a:00:00:00:02']),
    );
  });

  it.each(['a', 'b'])(
    'carries frames of tenant %s to another segment in GRE, with the network id as key',
    async (tenant) => {
      const { id } = await centre.api('GET', `networks/nw-${tenant}`);
      await using underlay = await Capture.on(centre.lab.node('core'), 'rack1', 'proto gre or icmp', 'inout');
      expect((await centre.ping(`${tenant}1`, '10.0.0.3', { count: 3 })).received).toBe(3);
      const keys = underlay.frames.map((frame) => greKey(frame));
      expect(keys).toEqual(Array.from({ length: 6 }, () => id));
    },
  );
});

describe('the pipeline', () => {
  it.each(['hv1', 'hv2', 'hv3'])('of %s hands packets to the agent in table 80 only', async (host) => {
    const flows = await centre.flows(host);
    const tables = flows.filter((flow) => flow.includes('CONTROLLER')).map((flow) => /table=(\d+)/.exec(flow)?.[1]);
    expect(new Set(tables)).toEqual(new Set(['80']));
  });

  it('hands it nothing that a VM sends to another', async () => {
    const { lab } = centre;
    const vms = centre.tenants['a']!;
    const pings = vms.flatMap((from) =>
      vms.filter((vm) => vm !== from).map(async (to) => centre.ping(from, lab.vm(to).address!, { count: 3 })),
    );
    expect(new Set((await Promise.all(pings)).map(({ received }) => received))).toEqual(new Set([3]));
    for (const host of lab.hosts) {
      // Whatever goes to the agent goes through a meter.
      const counts = [...(await host.ofctl('meter-stats')).matchAll(/packet_in_count:(\d+)/g)].map(
        ([, count]) => count,
      );
      expect(counts.length).toBeGreaterThan(0);
      expect(new Set(counts), host.name).toEqual(new Set(['0']));
    }
  });
});

describe('an interface that is added with vnctl --wait', () => {
  it('is reached by all machines of its network', async () => {
    expect(await centre.reaches('a2', LATE.address)).toBe(false);
    const words = `interfaces add --uuid if-late --mode vif --port-name late --network-uuid nw-a --mac-address ${LATE.mac}`;
    const { stderr } = await centre.vnctl(...words.split(' '), '--ipv4-address', '10.0.0.7', '--wait');
    expect(stderr).toMatch(/\d+ ms/);
    const times = ['a1', 'a2', 'a3', 'a5'].map(async (vm) => centre.reachedAfter(vm, LATE.address));
    expect(Math.max(...(await Promise.all(times)))).toBeLessThan(1000);
    expect(await centre.reaches('b2', LATE.address)).toBe(false);
  });

  it('is reached by nobody any more when it is deleted', async () => {
    await centre.vnctl('interfaces', 'del', 'if-late', '--wait');
    const reached = ['a1', 'a2', 'a3'].map(async (vm) => centre.reaches(vm, LATE.address));
    expect(await Promise.all(reached)).toEqual([false, false, false]);
  });
});

/** RFC 2890: the key is there when bit 0x2000 of the flags is set, and no checksum when 0x8000 is not. */
function greKey(frame: Buffer): number | string {
  const { payload } = decodeEthernet(frame);
  const gre = payload.subarray((payload[0]! & 0xf) * 4);
  if (payload[9] !== 47) return `protocol ${payload[9]}`;
  return gre.readUInt16BE(0) === 0x2000 ? gre.readUInt32BE(4) : `flags ${gre.readUInt16BE(0)}`;
}
