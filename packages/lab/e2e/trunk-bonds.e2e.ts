import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BondState } from '@vnet/model';
import { OvsNode, type Host } from '../src/index.ts';
import { type Bond, LACP, layCables, plug, plugStatic, unplugStatic, untilShown } from './cables.ts';
import { Capture } from './capture.ts';
import { DataCentre } from './data-centre.ts';
import { LEGACY, LEGACY_SITE, mapVlans, TRUNK, TWO_EDGES } from './edge-site.ts';
import { datagram, Sender } from './frames.ts';
import { SteadyPing } from './steady-ping.ts';
import { until } from './until.ts';

/** Two cables from each edge host to the legacy switch. */
const LINKS = { edge1: ['t1', 't2'], edge2: ['t3', 't4'] } as const;
type Edge = keyof typeof LINKS;
const EDGES = ['edge1', 'edge2'] as const;
const VLANS = '100,200,300';
/** A ping every 10 ms. */
const EVERY_MS = 10;
/** What is lost in a row while a link goes down, in ms. */
const FAIL_OVER_MS = 1_000;
const { newa, quiet } = LEGACY;

let centre: DataCentre;
let edge1: Host;
let tor: OvsNode;

/** `edge2` is there only where a test wires it up: until then its trunk is no port of the switch. */
beforeAll(async () => {
  const { hosts, switches } = TWO_EDGES.topology;
  centre = await DataCentre.up({
    topology: { ...LEGACY_SITE.topology, hosts: hosts!, switches: switches! },
    tenants: LEGACY_SITE.tenants,
  });
  edge1 = centre.lab.host('edge1');
  const node = centre.lab.node('tor');
  if (!(node instanceof OvsNode)) throw new Error('tor is no switch');
  tor = node;
  for (const edge of EDGES) {
    await tor.vsctl('del-port', edge);
    await layCables(centre, centre.lab.host(edge), tor, LINKS[edge]);
  }
});

afterAll(async () => centre.down());

/** Plugs the cables of an edge host in at both ends; at the switch, with undefined, each is a port by itself. */
async function wire(edge: Edge, atEdge: Bond, atSwitch: Bond | 'static' | undefined): Promise<void> {
  const links = LINKS[edge];
  const port = { trunks: VLANS, vlan_mode: 'trunk' };
  if (atSwitch === 'static') await plugStatic(tor, links, port);
  else {
    await unplugStatic(tor);
    await plug(tor, { links, name: `bond-${edge}`, bond: atSwitch, port });
  }
  await plug(centre.lab.host(edge), { links, name: TRUNK, bond: atEdge });
}

async function untilGroup(type: string): Promise<void> {
  await until(
    async () => (await edge1.ofctl('dump-groups')).includes(`type=${type}`),
    `the trunk of edge1 is a group of type ${type}`,
    30_000,
  );
  await reached();
}

/** Both ways, over MAC2MAC and GRE, and a machine on the edge host itself. */
async function reached(): Promise<void> {
  for (const vm of ['a1', 'a2', 'a3']) {
    await centre.reachedAfter(vm, newa.address, 30_000);
    await centre.reachedAfter('newa', centre.lab.vm(vm).address!, 30_000);
  }
}

/** Destination addresses of broadcasts: by these they are spread over the links. */
const SPREAD = Array.from({ length: 16 }, (_, index) => `10.0.0.${200 + index}`);

/**
 * Sends broadcasts of one machine until one to each address has arrived where `witness` says, and one after all of them: one may
 * be lost on the way.
 * @returns how often the same broadcast arrived at another, at most
 */
async function copies(from: string, to: string, witness = to): Promise<number> {
  const legacy = Object.entries(LEGACY).find(([name]) => name === from)?.[1];
  const { mac: src, address } = legacy ?? { mac: centre.lab.vm(from).mac, address: centre.lab.vm(from).address! };
  const ends = { src, dst: 'ff:ff:ff:ff:ff:ff', srcIp: address.split('/')[0]! };
  await using at = await Capture.on(centre.lab.node(to), 'eth0', 'udp');
  await using seen = await Capture.on(centre.lab.node(witness), 'eth0', 'udp');
  const sender = new Sender(centre.lab.node(from));
  const run = `run ${Math.random()}`;
  const texts: string[] = [];
  const arrived = (what: string): boolean => seen.frames.some((frame) => frame.includes(what));
  const sendUntilSeen = async (addresses: readonly string[], what: string): Promise<void> =>
    until(
      () => {
        const missing = addresses.filter((dstIp) => !arrived(`${run} ${what} ${dstIp} `));
        for (const dstIp of missing) {
          const text = `${run} ${what} ${dstIp} ${texts.length}!`;
          texts.push(text);
          sender.send([datagram({ ...ends, dstIp }, text)]);
        }
        return missing.length === 0;
      },
      `${witness} gets broadcasts of ${from}`,
      20_000,
    );
  await sendUntilSeen(SPREAD, 'marker');
  // What went round would have come before these.
  await sendUntilSeen(SPREAD, 'the end');
  sender.close();
  return Math.max(...texts.map((text) => at.frames.filter((frame) => frame.includes(text)).length));
}

/** Nothing comes twice, and nothing goes back to the switch by another link. */
async function expectNoLoop(): Promise<void> {
  for (const vm of ['a1', 'a2', 'a3']) expect(await copies('newa', vm), `newa to ${vm}`).toBe(1);
  for (const vm of ['a1', 'a3']) expect(await copies(vm, 'newa'), `${vm} to newa`).toBe(1);
  expect(await copies('newa', 'quiet'), 'newa to quiet').toBe(1);
  expect(await copies('newa', 'newa', 'a3'), 'newa to itself').toBe(0);
}

/** Takes each link down and up again while machines talk, both ways; says how many of the pings each change cost. */
async function failOver(): Promise<void> {
  const pairs = [
    ['newa', centre.lab.vm('a1').address!],
    ['a3', newa.address],
  ] as const;
  for (const link of LINKS.edge1) {
    for (const change of ['down', 'up'] as const) {
      const pings = await Promise.all(
        pairs.map(async ([from, to]) => SteadyPing.start(centre, from, to.split('/')[0]!, EVERY_MS)),
      );
      await tor.exec(['ip', 'link', 'set', link, change]);
      if (change === 'up') await untilDecided();
      await Promise.all(pings.map(async (ping) => ping.more(100)));
      const lost = await Promise.all(pings.map(async (ping) => (await ping.stop()).lost.length));
      const said = pairs.map(([from, to], index) => `${lost[index]} from ${from} to ${to}`).join(', ');
      process.stderr.write(`${link} ${change}: lost ${said}, of 100 each second\n`);
      expect(Math.max(...lost), `${link} ${change}`).toBeLessThan(FAIL_OVER_MS / EVERY_MS);
    }
  }
}

/** Both links are up, and LACP, where it is spoken, knows whether there is a partner. */
async function untilDecided(): Promise<void> {
  const open = async (): Promise<boolean> => {
    const { agent } = (await centre.api('GET', 'datapaths/dp-edge1')) as { agent: { bonds: BondState[] | null } };
    return agent.bonds?.[0]?.links.every(({ state }) => state === 'up' || state === 'no LACP partner') === true;
  };
  await until(open, 'LACP has decided', 20_000);
}

/** What `vnctl edge hosts` says of a machine. */
async function listed(mac: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { items } = (await centre.api('GET', 'edge_hosts')) as { items: Record<string, unknown>[] };
  return items.find((item) => item['mac_address'] === mac);
}

const WITH_FALLBACK = `trunk ${TRUNK}: all links (LACP; without a partner one link at a time)`;

describe('a trunk with an LACP partner', () => {
  beforeAll(async () => {
    await wire('edge1', LACP, LACP);
    await mapVlans(centre);
    await untilGroup('select');
  });

  it('is one port: machines behind it are listed at the bond', async () => {
    expect(await edge1.ofctl('dump-groups')).toMatch(/type=select.*watch_port:.*watch_port:/);
    await until(async () => (await listed(newa.mac))?.['port_name'] === TRUNK, 'newa is listed');
    await untilShown(centre, 'edge1', [WITH_FALLBACK, 't1  up  in use', 't2  up  in use']);
  });

  it('takes from and sends by both links, and gives nothing back to the switch', async () => {
    const counted = async (what: string, link: string): Promise<number> =>
      Number(new RegExp(`${what} pkts=(\\d+)`).exec(await edge1.ofctl('dump-ports', link))?.[1]);
    const before = await Promise.all(LINKS.edge1.flatMap((link) => [counted('rx', link), counted('tx', link)]));
    await expectNoLoop();
    const after = await Promise.all(LINKS.edge1.flatMap((link) => [counted('rx', link), counted('tx', link)]));
    after.forEach((count, index) => expect(count - before[index]!, `counter ${index}`).toBeGreaterThan(0));
  });

  it('goes on when a link is lost, and machines have not moved', async () => {
    const before = (await centre.agent('edge1').lines()).length;
    await failOver();
    const lines = (await centre.agent('edge1').lines()).slice(before);
    expect(lines.filter(({ msg }) => msg === 'a legacy machine has moved')).toEqual([]);
    expect((await listed(newa.mac))?.['port_name']).toBe(TRUNK);
  });

  it('is shown with the link that is down, and again', async () => {
    await tor.exec(['ip', 'link', 'set', 't1', 'down']);
    await untilShown(centre, 'edge1', [WITH_FALLBACK, 't1  down  not in use', 't2  up    in use']);
    await tor.exec(['ip', 'link', 'set', 't1', 'up']);
    await untilShown(centre, 'edge1', [WITH_FALLBACK, 't1  up  in use', 't2  up  in use']);
  });

  it('has machines that are declared behind it', async () => {
    // The other edge host has a port of this name, too.
    const where = { owner_datapath_uuid: 'dp-edge1', port_name: TRUNK };
    const body = { mode: 'vif', ...where, network_uuid: 'nw-a', mac_address: quiet.mac };
    const address = { ipv4_address: quiet.address.split('/')[0]! };
    await centre.api('POST', 'interfaces?wait=flows&timeout=10', { uuid: 'if-quiet', ...body, ...address });
    for (const vm of ['a1', 'a2', 'a3']) {
      await centre.reachedAfter(vm, quiet.address, 30_000);
    }
    await failOver();
    await centre.reachedAfter('a3', quiet.address, 30_000);
    await centre.vnctl('interfaces', 'del', 'if-quiet', '--wait');
  });

  it('uses one link at a time while the partner is away, and both when it is back', async () => {
    await plug(tor, { links: LINKS.edge1, name: 'bond-edge1', bond: undefined, port: { trunks: VLANS } });
    await untilGroup('ff');
    await untilShown(centre, 'edge1', [
      WITH_FALLBACK.replace('all links', 'one link at a time'),
      't1  no LACP partner  in use',
      't2  no LACP partner  not in use',
    ]);
    await expectNoLoop();
    await failOver();
    const bond = { ...LACP };
    await plug(tor, { links: LINKS.edge1, name: 'bond-edge1', bond, port: { trunks: VLANS, vlan_mode: 'trunk' } });
    await untilGroup('select');
    await expectNoLoop();
  });
});

describe.each([
  ['that uses one link at a time, with a switch that knows nothing of it', { bond_mode: 'active-backup' }, undefined],
  ['that balances without LACP, with a static group at the switch', { bond_mode: 'balance-slb' }, 'static'],
] as const)('a trunk %s', (_, atEdge, atSwitch) => {
  const [mode, type] = atSwitch ? ['all links', 'select'] : ['one link at a time', 'ff'];

  beforeAll(async () => {
    await wire('edge1', atEdge, atSwitch);
    await untilGroup(type);
  });

  it('makes no loop, and is shown', async () => {
    await expectNoLoop();
    await untilShown(centre, 'edge1', [
      `trunk ${TRUNK}: ${mode} (no LACP)`,
      't1  up  in use',
      `t2  up  ${atSwitch ? 'in use' : 'not in use'}`,
    ]);
  });

  it('goes on when a link is lost', failOver);
});

describe('the trunks of two edge hosts', () => {
  beforeAll(async () => {
    await wire('edge1', LACP, LACP);
    await wire('edge2', LACP, LACP);
    await mapVlans(centre, 'edge2');
    await untilGroup('select');
    const shown = (links: readonly string[]): string[] => [
      WITH_FALLBACK,
      ...links.map((link) => `${link}  up  in use`),
    ];
    for (const edge of EDGES) await untilShown(centre, edge, shown(LINKS[edge]));
  });

  it('make no loop, and neither does the one that takes over', async () => {
    await expectNoLoop();
    await centre.agent('edge1').kill();
    await until(
      async () => (await centre.vnctl('datapaths', 'show', 'dp-edge1')).stdout.includes('not connected since 20'),
      'the agent is shown to be gone',
      20_000,
    );
    const { agent } = await centre.api('GET', 'datapaths/dp-edge1');
    expect(agent).toMatchObject({ connected: false, bonds: null });
    const holder = async (): Promise<unknown> =>
      ((await centre.api('GET', 'edge_roles')) as { items: Record<string, unknown>[] }).items.find(
        ({ vlan_id }) => vlan_id === 100,
      )?.['datapath_uuid'];
    await until(async () => (await holder()) === 'dp-edge2', 'edge2 carries VLAN 100');
    await centre.reachedAfter('a3', newa.address, 20_000);
    await expectNoLoop();
    await centre.agent('edge1').start();
    await centre.settled();
    await expectNoLoop();
  });
});

describe('a trunk that is down to one link', () => {
  it('is still known by the name of the bond, and its group is gone', async () => {
    await centre.vnctl('translations', 'del', 'tr-edge2', '--wait');
    await edge1.vsctl('--id=@link', 'get', 'interface', 't2', '--', 'remove', 'port', TRUNK, 'interfaces', '@link');
    await until(async () => !(await edge1.ofctl('dump-groups')).includes('group_id='), 'the group is gone', 20_000);
    expect((await centre.flows('edge1')).filter((flow) => flow.includes('group:'))).toEqual([]);
    await tor.exec(['ip', 'link', 'set', 't2', 'down']);
    await reached();
    expect((await listed(newa.mac))?.['port_name']).toBe(TRUNK);
    await untilShown(centre, 'edge1', []);
  });
});
