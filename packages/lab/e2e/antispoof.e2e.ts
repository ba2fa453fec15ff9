import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeEthernet, encodeEthernet, ETHERTYPE, formatMac } from '@vnet/packet';
import { DataCentre } from './data-centre.ts';
import { arpRequestFrom, datagram } from './frames.ts';
import { TWO_TENANTS } from './tenants.ts';
import { Witnesses } from './witnesses.ts';

const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const STRANGER = '02:99:00:00:00:01';

let centre: DataCentre;
let witnesses: Witnesses;

beforeAll(async () => {
  centre = await DataCentre.up(TWO_TENANTS);
  witnesses = await Witnesses.in(centre);
});

afterAll(async () => {
  await witnesses[Symbol.asyncDispose]();
  await centre.down();
});

describe.each([
  ['a5', 'on the same host'],
  ['a2', 'over MAC2MAC'],
  ['a3', 'over GRE'],
])('from a1 to %s, %s', (to) => {
  const own = { src: '02:0a:00:00:00:01', srcIp: '10.0.0.1' };
  const target = TWO_TENANTS.topology.vms![to]!;
  const ends = { ...own, dst: target.mac!, dstIp: target.address! };

  it('a frame with its own addresses arrives', async () => {
    const frame = datagram(ends, 'honest');
    // Nobody listens there: the answer is an ICMP error, to which a1 does not answer again.
    const received = await witnesses.of('a1', [frame]);
    expect(received[to]?.filter((each) => each.equals(frame))).toHaveLength(1);
    expect(Object.keys(received).filter((vm) => vm !== to && vm !== 'a1')).toEqual([]);
  });

  it.each([
    ['the MAC of nobody', { src: STRANGER }],
    ['the MAC of the machine beside it', { src: '02:0a:00:00:00:05' }],
    ['the MAC of the other tenant', { src: '02:0b:00:00:00:01' }],
    ['the MAC of its host', { src: '02:01:00:00:00:01' }],
    ['the address of nobody', { srcIp: '10.0.0.77' }],
    ['the address of the machine beside it', { srcIp: '10.0.0.5' }],
    ['the address 0.0.0.0', { srcIp: '0.0.0.0' }],
    ['the address of another network', { srcIp: '192.0.2.1' }],
    ['MAC and address of the machine beside it', { src: '02:0a:00:00:00:05', srcIp: '10.0.0.5' }],
  ])('a frame from %s does not', async (_, wrong) => {
    const frames = [BROADCAST, ends.dst].map((dst) => datagram({ ...ends, dst, ...wrong }, 'spoofed'));
    expect(await witnesses.of('a1', frames)).toEqual({});
  });

  it('a frame from a MAC that is reserved for a host does not', async () => {
    const reserved = await centre.datapathMac('hv2', 'a');
    const frames = [BROADCAST, ends.dst].map((dst) => datagram({ ...ends, dst, src: formatMac(reserved) }, 'spoofed'));
    expect(await witnesses.of('a1', frames)).toEqual({});
  });

  it.each([
    ['a', 'hv1'],
    ['a', 'hv2'],
    ['a', 'hv3'],
    ['b', 'hv2'],
  ])('a frame to the MAC that network %s has on %s does not', async (tenant, host) => {
    const reserved = formatMac(await centre.datapathMac(host, tenant));
    const frames = [ends.dstIp, '239.1.1.1', '255.255.255.255'].map((dstIp) =>
      datagram({ ...ends, dst: reserved, dstIp }, 'spoofed'),
    );
    expect(await witnesses.of('a1', frames)).toEqual({});
  });

  it.each([
    ['Ethernet source', STRANGER, own.src, own.srcIp],
    ['sender MAC', own.src, STRANGER, own.srcIp],
    ['sender MAC: that of the machine it asks for', own.src, target.mac!, own.srcIp],
    ['sender address', own.src, own.src, '10.0.0.77'],
    ['sender address: that of the machine beside it', own.src, own.src, '10.0.0.5'],
  ])('ARP with a wrong %s neither arrives nor is answered', async (_, src, sha, spa) => {
    const asked = target.address!.split('/')[0]!;
    const frames = [asked, spa].map((tpa) => arpRequestFrom(src, sha, spa, tpa));
    expect(await witnesses.of('a1', frames)).toEqual({});
  });

  it('a frame with a VLAN tag does not, whatever its addresses', async () => {
    const { dst, src, payload } = decodeEthernet(datagram(ends, 'tagged'));
    const tag = { tpid: ETHERTYPE.vlan, priority: 0, dropEligible: false, vid: 100 };
    const frame = encodeEthernet({ dst, src, vlans: [tag], etherType: ETHERTYPE.ipv4, payload });
    expect(await witnesses.of('a1', [frame])).toEqual({});
  });

  it('a frame to a machine of the other tenant does not', async () => {
    const other = TWO_TENANTS.topology.vms![to === 'a5' ? 'b6' : to.replace('a', 'b')]!;
    const frame = datagram({ ...ends, dst: other.mac! }, 'to the other tenant');
    expect(await witnesses.of('a1', [frame])).toEqual({});
  });
});
