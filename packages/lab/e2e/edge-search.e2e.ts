import { ARP_OPERATION, arpRequest, decodeArp, decodeEthernet, ETHERTYPE, gratuitousArp } from '@vnet/packet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Capture } from './capture.ts';
import { DataCentre } from './data-centre.ts';
import { LEGACY, mapVlan, mapVlans, TRUNK, TWO_EDGES } from './edge-site.ts';
import { arpRequestFrom, ip, mac, Sender } from './frames.ts';
import { until } from './until.ts';

/** VLANs 100 (tenant a) and 200 (tenant b) are at edge1, VLAN 300 (tenant a) is at edge2. hv2 is their neighbour, hv3 behind a router. */
let centre: DataCentre;

beforeAll(async () => {
  centre = await DataCentre.up(TWO_EDGES);
  await mapVlans(centre, 'edge1');
  await centre.api('POST', 'interfaces', {
    uuid: 'if-tedge2',
    mode: 'edge',
    owner_datapath_uuid: 'dp-edge2',
    port_name: TRUNK,
  });
  await centre.api('POST', 'translations', { uuid: 'tr-edge2', interface_uuid: 'if-tedge2', mode: 'vnet_edge' });
  await mapVlan(centre, 300, 'a', 'edge2');
  const tor = centre.lab.node('tor') as unknown as { vsctl: (...args: string[]) => Promise<string> };
  await tor.vsctl('set', 'port', 'quiet', 'tag=300');
  await until(async () => (await searchers('hv3', 'a')) === 2, 'hv3 knows both edges');
  await until(async () => (await searchers('edge1', 'a')) === 1, 'edge1 knows the other edge');
  await until(async () => (await searchers('edge2', 'a')) === 1, 'edge2 knows the other edge');
});

afterAll(async () => centre.down());

/** How many other hosts a host asks for an unknown address of a tenant. */
async function searchers(host: string, tenant: string): Promise<number> {
  const { id } = await centre.api('GET', `networks/nw-${tenant}`);
  const flows = (await centre.flows(host, 'table=32')).filter((flow) =>
    flow.includes(`metadata=0x${Number(id).toString(16)} `),
  );
  return flows.flatMap((flow) => flow.match(/->arp_tha/g) ?? []).length;
}

/** Packets that a host has counted as asking for an unknown address of a tenant. */
async function asked(host: string, tenant: string): Promise<number> {
  const { id } = await centre.api('GET', `networks/nw-${tenant}`);
  const metadata = `metadata=0x${Number(id).toString(16)},`;
  const [flow] = (await centre.flows(host, 'table=30')).filter(
    (each) => each.includes('priority=10,') && each.includes(metadata),
  );
  return Number(/n_packets=(\d+)/.exec(flow ?? '')?.[1]);
}

/** Whether a frame asks for an address. */
const asksFor =
  (address: string) =>
  (frame: Buffer): boolean => {
    const { etherType, payload } = decodeEthernet(frame);
    if (etherType !== ETHERTYPE.arp) return false;
    const { operation, targetIp } = decodeArp(payload);
    return operation === ARP_OPERATION.request && targetIp === ip(address);
  };

const VMS = ['a1', 'a2', 'a3', 'b1', 'b2', 'b3'];
const MACHINES = ['newa', 'quiet', 'oldb'];

/** Who hears a question for an address, and the frames of those who do. */
async function hear(from: string, question: Buffer, address: string): Promise<ReadonlyMap<string, Buffer>> {
  const listeners = [...VMS, ...MACHINES].filter((name) => name !== from);
  const captures = await Promise.all(listeners.map(async (name) => Capture.on(centre.lab.node(name), 'eth0', 'arp')));
  const sender = new Sender(centre.lab.node(from));
  const before = captures.map(({ frames }) => frames.length);
  expect(before.every((count) => count === 0)).toBe(true);
  sender.send([question]);
  // Whatever is sent later by the same way arrives later: what everyone hears ends the waiting.
  const own = decodeArp(decodeEthernet(question).payload);
  sender.send([gratuitousArp(own.senderMac, own.senderIp)]);
  const ends = asksFor(address);
  const members = listeners.filter((name) => name.includes(tenantOf(from)));
  await until(
    () =>
      members.every((name) => captures[listeners.indexOf(name)]!.frames.some((frame) => isFrom(frame, own.senderMac))),
    `everyone of the tenant hears ${from}`,
  );
  sender.close();
  await Promise.all(captures.map(async (capture) => capture.stop()));
  const heard = listeners.flatMap((name, index) => {
    const frames = captures[index]!.frames.filter(ends);
    expect(frames.length, `questions that ${name} hears`).toBeLessThanOrEqual(1);
    return frames.map((frame) => [name, frame] as const);
  });
  return new Map(heard);
}

function isFrom(frame: Buffer, sender: number): boolean {
  const { senderMac, senderIp, targetIp } = decodeArp(decodeEthernet(frame).payload);
  return senderMac === sender && senderIp === targetIp;
}

/** `quiet` is of tenant a. */
const tenantOf = (name: string): string => (name.includes('b') ? 'b' : 'a');

const UNKNOWN = '10.0.0.77';

describe('ARP for an address that nobody in the model has', () => {
  it.each([
    ['a1', 'on an edge host'],
    ['a2', 'on a neighbour of the edges'],
    ['a3', 'behind a router'],
  ])('of %s, %s, is heard behind both edges and by no virtual machine', async (vm) => {
    const { mac: src, address } = centre.lab.vm(vm);
    const question = arpRequest(mac(src), ip(address!), ip(UNKNOWN));
    const heard = await hear(vm, question, UNKNOWN);
    expect([...heard.keys()].sort()).toEqual(['newa', 'quiet']);
    // As it was sent: nothing is left of what hosts tell each other.
    for (const frame of heard.values()) expect(frame.subarray(0, 42)).toEqual(question.subarray(0, 42));
  });

  it('of a legacy machine is heard behind the other edge, and by no virtual machine', async () => {
    const question = arpRequestFrom(LEGACY.newa.mac, LEGACY.newa.mac, LEGACY.newa.address, UNKNOWN);
    await centre.reachedAfter('newa', '10.0.0.1');
    expect([...(await hear('newa', question, UNKNOWN)).keys()]).toEqual(['quiet']);
  });

  it('goes to the edge hosts only, over the underlay', async () => {
    await using third = await Capture.on(centre.lab.host('hv3'), 'eth0', 'proto gre', 'in');
    await using edge = await Capture.on(centre.lab.host('edge1'), 'eth0', 'arp', 'in');
    const { mac: src, address } = centre.lab.vm('a2');
    const sender = new Sender(centre.lab.vm('a2'));
    sender.send([arpRequest(mac(src), ip(address!), ip('10.0.0.78'))]);
    await edge.frame(asksFor('10.0.0.78'), 'the edge host is asked');
    // A neighbour is asked by its MAC for the network, here and where the request has nothing to say.
    const asking = edge.frames.find(asksFor('10.0.0.78'))!;
    const own = await centre.datapathMac('edge1', 'a');
    expect(decodeEthernet(asking).dst).toBe(own);
    expect(decodeArp(decodeEthernet(asking).payload).targetMac).toBe(own);
    sender.send([gratuitousArp(mac(src), ip(address!))]);
    await third.frame((frame) => frame.includes(gratuitousArp(mac(src), ip(address!)).subarray(0, 42)), 'hv3 hears a2');
    sender.close();
    expect(third.frames.filter((frame) => frame.includes(Buffer.from([10, 0, 0, 78])))).toEqual([]);
  });

  it('goes nowhere in a network without an edge, and is counted', async () => {
    await centre.vnctl('vlan-translations', 'del', 'vt-edge1x200', '--wait');
    await until(async () => (await searchers('hv2', 'b')) === 0, 'hv2 knows no edge of b');
    const before = await asked('hv2', 'b');
    const { mac: src, address } = centre.lab.vm('b2');
    await using others = await Capture.on(centre.lab.host('hv2'), 'eth0', 'arp or proto gre', 'out');
    const sender = new Sender(centre.lab.vm('b2'));
    sender.send([arpRequest(mac(src), ip(address!), ip(UNKNOWN))]);
    await until(async () => (await asked('hv2', 'b')) === before + 1, 'it is counted');
    sender.close();
    expect(others.frames.filter((frame) => frame.includes(Buffer.from([10, 0, 0, 77])))).toEqual([]);
    await mapVlan(centre, 200, 'b');
  });

  it('is not ARP for an interface that is on no host: it is answered', async () => {
    const lost = { network_uuid: 'nw-a', ipv4_address: '10.0.0.60', mac_address: '02:0a:00:00:00:60' };
    await centre.api('POST', 'interfaces?wait=flows&timeout=10', { uuid: 'if-lost', mode: 'vif', ...lost });
    const before = await asked('hv2', 'a');
    await using trunk = await Capture.on(centre.lab.host('edge1'), TRUNK, 'arp', 'out');
    const probe = ['arping', '-c', '1', '-w', '2', '-I', 'eth0', '10.0.0.60'];
    const { stdout } = await centre.lab.exec('a2', probe, { anyExit: true });
    expect(stdout.toLowerCase()).toContain('02:0a:00:00:00:60');
    expect(await asked('hv2', 'a')).toBe(before);
    expect(trunk.frames.filter((frame) => frame.includes(Buffer.from([10, 0, 0, 60])))).toEqual([]);
  });
});

describe('a frame to a MAC that nobody knows', () => {
  it.each(['a1', 'a2', 'a3'])('of %s gets to machines behind each of several edge hosts', async (vm) => {
    for (const machine of ['newa', 'quiet'] as const) {
      // Nobody has heard of these MACs; the cards take frames for them all the same.
      const stranger = `02:0c:00:00:99:${machine === 'newa' ? '01' : '02'}`;
      await using capture = await Capture.on(centre.lab.node(machine), 'eth0', `ether dst ${stranger}`);
      await centre.lab.exec(vm, ['ip', 'neigh', 'replace', '10.0.0.99', 'lladdr', stranger, 'dev', 'eth0']);
      await centre.ping(vm, '10.0.0.99');
      await capture.frame(() => true, `${machine} gets it`);
      expect(capture.frames).toHaveLength(1);
    }
  });
});
