import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARP_OPERATION, decodeArp, decodeEthernet, encodeArp, encodeEthernet, ETHERTYPE } from '@vnet/packet';
import { Capture } from './capture.ts';
import { DataCentre } from './data-centre.ts';
import { arpRequestFrom, datagram, groupMac, ip, mac } from './frames.ts';
import { TWO_TENANTS } from './tenants.ts';
import { Witnesses } from './witnesses.ts';

const BROADCAST = 'ff:ff:ff:ff:ff:ff';

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

/** Each other member of the sender's network gets each of these frames once; nobody else gets anything. */
function onceToEach(sender: string, ...frames: readonly Buffer[]): Readonly<Record<string, readonly Buffer[]>> {
  const members = Object.values(centre.tenants).find((vms) => vms.includes(sender))!;
  return Object.fromEntries(members.filter((vm) => vm !== sender).map((vm) => [vm, frames]));
}

describe.each([
  ['a1', 'hv1: a machine beside it, one peer over MAC2MAC, one over GRE'],
  ['a2', 'hv2: one peer over MAC2MAC, one over GRE'],
  ['b3', 'hv3: all peers over GRE'],
])('what %s sends to all, from %s', (sender) => {
  it.each([
    ['broadcast of the subnet', '10.0.0.255', BROADCAST],
    ['broadcast', '255.255.255.255', BROADCAST],
    ['multicast', '239.129.2.3', groupMac('239.129.2.3')],
    ['multicast of the link', '224.0.0.251', groupMac('224.0.0.251')],
  ])('reaches each member of its network once, as it was sent: %s to %s (%s)', async (_, dstIp, dst) => {
    const { mac: src, address } = centre.lab.vm(sender);
    const frame = datagram({ src, dst, srcIp: address!, dstIp }, `to all from ${sender}`);
    expect(await witnesses.of(sender, [frame])).toEqual(onceToEach(sender, frame));
  });

  it('announces an address with ARP to each member once', async () => {
    const { mac: src, address } = centre.lab.vm(sender);
    const request = arpRequestFrom(src, src, address!, address!);
    const reply = encodeEthernet({
      src: mac(src),
      dst: mac(BROADCAST),
      vlans: [],
      etherType: ETHERTYPE.arp,
      payload: encodeArp({
        operation: ARP_OPERATION.reply,
        senderMac: mac(src),
        senderIp: ip(address!),
        targetMac: mac(src),
        targetIp: ip(address!),
      }),
    });
    expect(await witnesses.of(sender, [request, reply])).toEqual(onceToEach(sender, request, reply));
  });

  it('asks for an address that nobody has, and nobody hears it', async () => {
    const { mac: src, address } = centre.lab.vm(sender);
    await using underlay = await Capture.on(centre.lab.node('rack1'), 'br0', 'proto gre or arp', 'inout');
    const arp = arpRequestFrom(src, src, address!, '10.0.0.99');
    expect(await witnesses.of(sender, [arp])).toEqual({});
    expect(underlay.frames.filter((frame) => frame.includes(arp.subarray(14)))).toEqual([]);
  });

  it('gets the answer to its ARP from its own host', async () => {
    const { mac: src, address } = centre.lab.vm(sender);
    const other = sender.replace(/.$/, sender.endsWith('2') ? '1' : '2');
    const { [sender]: answers, ...others } = await witnesses.of(sender, [
      arpRequestFrom(src, src, address!, centre.lab.vm(other).address!),
    ]);
    expect(answers?.map((frame) => decodeArp(decodeEthernet(frame).payload))).toEqual([
      {
        operation: ARP_OPERATION.reply,
        senderMac: mac(centre.lab.vm(other).mac),
        senderIp: ip(centre.lab.vm(other).address!),
        targetMac: mac(src),
        targetIp: ip(address!),
      },
    ]);
    expect(others).toEqual({});
  });

  it('is not answered when it probes for its own address', async () => {
    const { mac: src, address } = centre.lab.vm(sender);
    expect(await witnesses.of(sender, [arpRequestFrom(src, src, '0.0.0.0', address!)])).toEqual({});
    const { code } = await centre.lab.exec(
      sender,
      ['arping', '-D', '-q', '-c', '1', '-w', '1', '-I', 'eth0', address!.split('/')[0]!],
      { anyExit: true },
    );
    expect(code).toBe(0);
  });

  it('is answered when it probes for the address of another', async () => {
    const { mac: src } = centre.lab.vm(sender);
    const { [sender]: answers } = await witnesses.of(sender, [arpRequestFrom(src, src, '0.0.0.0', '10.0.0.2')]);
    const expected = sender === 'a2' ? undefined : 1;
    expect(answers?.length).toBe(expected);
  });

  it('sends nothing to a group that is neither IPv4 nor ARP', async () => {
    const payload = Buffer.from('a frame of a protocol that no one allows');
    const frame = encodeEthernet({
      src: mac(centre.lab.vm(sender).mac),
      dst: mac('01:80:c2:00:00:0e'),
      vlans: [],
      etherType: 0x88cc,
      payload,
    });
    expect(await witnesses.of(sender, [frame])).toEqual({});
  });
});

it('carries a flood to a neighbour with the MAC of the neighbour for the network, and restores it there', async () => {
  const { lab } = centre;
  const { mac: src, address } = lab.vm('a1');
  await using underlay = await Capture.on(lab.node('rack1'), 'hv2', `ether src ${src}`, 'out');
  const frame = datagram({ src, dst: groupMac('239.1.1.1'), srcIp: address!, dstIp: '239.1.1.1' }, 'restored');
  expect(await witnesses.of('a1', [frame])).toEqual(onceToEach('a1', frame));
  const carried = underlay.frames.filter((each) => each.includes('restored'));
  expect(carried).toHaveLength(1);
  expect(decodeEthernet(carried[0]!).dst).toBe(await centre.datapathMac('hv2', 'a'));
});
