import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeEthernet, encodeEthernet, ETHERTYPE, formatMac } from '@vnet/packet';
import { Capture } from './capture.ts';
import { DataCentre } from './data-centre.ts';
import { declareMachine, LEGACY, LEGACY_SITE, mapVlan, mapVlans, TRUNK } from './edge-site.ts';
import { arpRequestFrom, datagram, mac, Sender } from './frames.ts';
import { until } from './until.ts';

let centre: DataCentre;
/** Puts frames on the trunk, as the legacy switch could. */
let trunk: Sender;

beforeAll(async () => {
  centre = await DataCentre.up(LEGACY_SITE);
  await mapVlans(centre);
  trunk = new Sender(centre.lab.node('tor'), 'edge1');
});

afterAll(async () => {
  trunk.close();
  await centre.down();
});

/** The machines that `vnctl edge hosts` lists, by MAC. */
async function edgeHosts(): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  const { stdout } = await centre.vnctl('-o', 'json', 'edge', 'hosts');
  const { items } = JSON.parse(stdout) as { items: Record<string, unknown>[] };
  return new Map(items.map((item) => [String(item['mac_address']), item]));
}

/** Packets that the flows of a table of the edge host have counted and dropped. */
async function dropped(table: number, match: string): Promise<number> {
  const flows = (await centre.flows('edge1', `table=${table}`)).filter((flow) => flow.includes(match));
  expect(flows, `flows of table ${table} with ${match}`).not.toEqual([]);
  return flows.reduce((sum, flow) => sum + Number(/n_packets=(\d+)/.exec(flow)?.[1]), 0);
}

function tagged(frame: Buffer, ...vids: number[]): Buffer {
  const vlans = vids.map((vid) => ({ tpid: ETHERTYPE.vlan, priority: 0, dropEligible: false, vid }));
  return encodeEthernet({ ...decodeEthernet(frame), vlans });
}

describe('a legacy machine that nobody has declared', () => {
  it.each(['1', '2', '3'])('reaches VM %s of its tenant with its very first ping', async (number) => {
    const { received, output } = await centre.ping('newa', `10.0.0.${number}`);
    expect(received, output).toBe(1);
  });

  it.each(['a1', 'a2', 'a3'])('is reached by %s', async (vm) => {
    const { received, output } = await centre.ping(vm, LEGACY.newa.address, { count: 3 });
    expect(received, output).toBe(3);
  });

  it('is not reached by the other tenant', async () => {
    expect(await centre.reaches('b1', LEGACY.newa.address)).toBe(false);
    expect(await centre.reaches('b2', LEGACY.newa.address)).toBe(false);
  });

  it.each(['a2', 'a3'])('is found by %s even if it has never said anything', async (vm) => {
    expect((await edgeHosts()).has(LEGACY.quiet.mac)).toBe(vm === 'a3');
    const { received, output } = await centre.ping(vm, LEGACY.quiet.address);
    expect(received, output).toBe(1);
  });

  it('is listed by vnctl edge hosts', async () => {
    const host = (await edgeHosts()).get(LEGACY.newa.mac);
    const shown = { vlan_id: 100, ipv4_address: '10.0.0.101', port_name: TRUNK, network_uuid: 'nw-a', refused: null };
    expect(host).toMatchObject({ ...shown, datapath_uuid: 'dp-edge1' });
    expect(host?.['age']).toBeLessThan(60);
    const { stdout } = await centre.vnctl('edge', 'hosts');
    expect(stdout).toMatch(new RegExp(`vlan_id[^]*${LEGACY.newa.mac} .*100`));
  });

  it('is reached at once when its address has moved to another card', async () => {
    const { quiet } = LEGACY;
    expect((await centre.ping('a1', quiet.address)).received).toBe(1);
    const other = '02:0c:00:00:00:2b';
    const exchange = (card: string) => centre.lab.exec('quiet', ['ip', 'link', 'set', 'eth0', 'address', card]);
    await exchange(other);
    expect(await centre.reachedAfter('quiet', '10.0.0.1')).toBeLessThan(1_500);
    expect(await centre.reachedAfter('quiet', '10.0.0.3')).toBeLessThan(1_500);
    const hosts = await edgeHosts();
    const addresses = [quiet.mac, other].map((each) => hosts.get(each)?.['ipv4_address']);
    expect(addresses).toEqual([null, '10.0.0.102']);
    await exchange(quiet.mac);
    expect(await centre.reachedAfter('quiet', '10.0.0.3')).toBeLessThan(15_000);
  });

  it('is followed when it moves to another VLAN of the network', async () => {
    await mapVlan(centre, 300, 'a');
    await centre.lab.node('tor').exec(['true']);
    const tor = centre.lab.node('tor') as unknown as { vsctl: (...args: string[]) => Promise<string> };
    await tor.vsctl('set', 'port', 'newa', 'tag=300');
    const { received, output } = await centre.ping('newa', '10.0.0.3', { count: 2 });
    expect(received, output).toBeGreaterThanOrEqual(1);
    expect((await centre.ping('a2', LEGACY.newa.address, { count: 3 })).received).toBe(3);
    await until(async () => (await edgeHosts()).get(LEGACY.newa.mac)?.['vlan_id'] === 300, 'it is listed in VLAN 300');
    // Between two VLANs of one trunk.
    expect((await centre.ping('newa', LEGACY.quiet.address, { count: 2 })).received).toBe(2);
  });
});

describe('a MAC that is in two VLANs at a time', () => {
  it('is followed once in ten seconds, and said once with both of them', async () => {
    const src = '02:0c:00:00:00:77';
    const ends = { src, dst: 'ff:ff:ff:ff:ff:ff', srcIp: '10.0.0.177', dstIp: '10.0.0.1' };
    const agent = centre.agent('edge1');
    const after = await agent.mark();
    const before = (await agent.lines()).length;
    for (let i = 0; i < 80; i++) {
      trunk.send([tagged(datagram(ends, 'twice'), i % 2 === 0 ? 100 : 200)]);
      await setTimeout(50);
    }
    const text = 'a MAC address is in several VLANs at a time: it is in one of them, for ten seconds at least';
    const line = await agent.message(text, { after });
    expect(line).toMatchObject({ mac: src, vlans: `100 of ${TRUNK}, 200 of ${TRUNK}` });
    const lines = (await agent.lines()).slice(before);
    expect(lines.filter(({ msg }) => msg === text)).toHaveLength(1);
    // Its first sight, its first move, and what the manager says of both.
    expect(new Set(lines.filter(({ msg }) => msg === 'synced').map(({ revision }) => revision)).size).toBeLessThan(6);
    expect(await dropped(28, `dl_src=${src} actions=drop`)).toBeGreaterThan(20);
    // Who is in one of them only is followed, however soon.
    trunk.send([tagged(datagram({ ...ends, src: '02:0c:00:00:00:78', srcIp: '10.0.0.178' }, 'moves'), 100)]);
    await until(async () => (await edgeHosts()).get('02:0c:00:00:00:78')?.['vlan_id'] === 100, 'it is in VLAN 100');
    trunk.send([tagged(datagram({ ...ends, src: '02:0c:00:00:00:78', srcIp: '10.0.0.178' }, 'moves'), 200)]);
    await until(
      async () => (await edgeHosts()).get('02:0c:00:00:00:78')?.['vlan_id'] === 200,
      'it is in VLAN 200',
      2_000,
    );
  });
});

describe('a machine that is declared after it has been found', () => {
  it('is no longer a discovered one, and is refused by nobody', async () => {
    expect((await edgeHosts()).has(LEGACY.quiet.mac)).toBe(true);
    const before = (await centre.agent('edge1').lines()).length;
    await declareMachine(centre, 'quiet', 'a');
    await until(async () => !(await edgeHosts()).has(LEGACY.quiet.mac), 'it is not listed any more');
    const lines = (await centre.agent('edge1').lines()).slice(before);
    expect(lines.filter(({ msg }) => msg === 'a legacy machine is refused')).toEqual([]);
    expect((await centre.ping('a3', LEGACY.quiet.address, { count: 2 })).received).toBe(2);
  });
});

describe('what comes from the trunk', () => {
  const ends = { src: '02:0c:00:00:00:99', dst: 'ff:ff:ff:ff:ff:ff', srcIp: '10.0.0.99', dstIp: '10.0.0.1' };

  it.each([
    ['without a tag', (frame: Buffer) => frame, 15, 'vlan_tci=0x0000'],
    ['in a VLAN that is mapped nowhere', (frame: Buffer) => tagged(frame, 777), 15, 'vlan_tci=0x1000/0x1000'],
    ['with two tags', (frame: Buffer) => tagged(frame, 100, 200), 28, 'dl_type=0x8100'],
  ])('%s is counted and dropped', async (_, change, table, match) => {
    await using vm = await Capture.on(centre.lab.vm('a1'), 'eth0');
    const before = await dropped(table, match);
    trunk.send([change(datagram(ends, 'strange'))]);
    await until(async () => (await dropped(table, match)) > before, 'it is counted');
    expect(vm.frames.filter((frame) => frame.includes('strange'))).toEqual([]);
  });

  it('with the MAC or the address of a VM is counted and dropped', async () => {
    await using vm = await Capture.on(centre.lab.vm('a1'), 'eth0');
    const a2 = centre.lab.vm('a2').mac;
    const before = await dropped(28, `dl_src=${a2}`);
    trunk.send([tagged(datagram({ ...ends, src: a2, srcIp: '10.0.0.2' }, 'spoofed'), 100)]);
    await until(async () => (await dropped(28, `dl_src=${a2}`)) > before, 'the MAC is counted');
    const arps = await dropped(28, 'arp_spa=10.0.0.2');
    trunk.send([tagged(arpRequestFrom(ends.src, ends.src, '10.0.0.2', '10.0.0.1'), 100)]);
    await until(async () => (await dropped(28, 'arp_spa=10.0.0.2')) > arps, 'the address is counted');
    expect(vm.frames.filter((frame) => decodeEthernet(frame).src === mac(ends.src))).toEqual([]);
    expect((await centre.ping('a1', '10.0.0.2', { count: 3 })).received).toBe(3);
  });

  it.each([
    ['of the edge host itself', () => centre.lab.host('edge1').identity.mac],
    ['that the edge host has for the network', async () => formatMac(await centre.datapathMac('edge1', 'a'))],
    ['that another host has for the network', async () => formatMac(await centre.datapathMac('hv2', 'a'))],
    ['of all bridges', () => '01:80:c2:00:00:00'],
    ['of a group', () => '01:00:5e:00:00:01'],
  ])('with the MAC %s is counted and dropped', async (_, reserved) => {
    const src = await reserved();
    const match = src.startsWith('01:') ? 'dl_src=01:00:00:00:00:00/01:00:00:00:00:00' : `dl_src=${src}`;
    await using vm = await Capture.on(centre.lab.vm('a1'), 'eth0');
    const before = await dropped(28, match);
    trunk.send([tagged(datagram({ ...ends, src }, 'reserved'), 100)]);
    await until(async () => (await dropped(28, match)) > before, 'it is counted');
    expect(vm.frames.filter((frame) => frame.includes('reserved'))).toEqual([]);
    expect((await edgeHosts()).has(src)).toBe(false);
    // The host is reached as before.
    expect((await centre.ping('a3', '10.0.0.1', { count: 2 })).received).toBe(2);
  });

  it('with a MAC that is somebody’s elsewhere in the model is refused, and vnctl edge hosts says whose', async () => {
    // The MAC of a host, which is in no network of the tenants.
    const foreign = centre.lab.host('hv3').identity.mac;
    const after = await centre.agent('edge1').mark();
    trunk.send([tagged(datagram({ ...ends, src: foreign }, 'foreign'), 100)]);
    const line = await centre.agent('edge1').message('a legacy machine is refused', { after });
    expect(line).toMatchObject({ mac: foreign });
    expect((await edgeHosts()).get(foreign)?.['refused']).toContain('if-hv3');
    const match = `dl_src=${foreign}`;
    await until(
      async () => (await centre.flows('edge1', 'table=28')).some((flow) => flow.includes(match)),
      'it is kept out',
    );
    trunk.send([tagged(datagram({ ...ends, src: foreign }, 'foreign'), 100)]);
    await until(async () => (await dropped(28, match)) > 0, 'it is counted');
  });
});

describe('the edge host’s agent', () => {
  it('knows after a restart whom it has seen, and loses nothing', async () => {
    await centre.agent('edge1').stop();
    await centre.agent('edge1').start();
    await centre.agent('edge1').message('synced');
    expect((await centre.ping('a3', LEGACY.newa.address, { count: 3 })).received).toBe(3);
    expect((await edgeHosts()).has(LEGACY.newa.mac)).toBe(true);
  });
});
