import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TopologyInput } from '../src/index.ts';
import { DataCentre } from './data-centre.ts';
import { declareMachine, LEGACY, mapVlans, TRUNK } from './edge-site.ts';
import { EXTENSIONS, everywhere, PlainHost, upWithPlain } from './plain-host.ts';
import { mapPlainSite, PLAIN_SITE } from './plain-site.ts';
import { Program, type LogLine } from './program.ts';
import { makeSegments } from './segments.ts';
import type { Abilities } from './strict-openflow.ts';
import { StrictSwitch } from './strict-switch.ts';
import { until } from './until.ts';

/** hv1 is to have a plain switch, hv2 is its neighbour, hv3 is behind a router: reachable by GRE only. */
const TOPOLOGY: TopologyInput = {
  segments: { rack1: {}, rack2: {} },
  routers: { core: { rack1: '10.1.0.1/24', rack2: '10.2.0.1/24' } },
  hosts: {
    hv1: { segment: 'rack1', address: '10.1.0.11/24', gateway: '10.1.0.1' },
    hv2: { segment: 'rack1', address: '10.1.0.12/24', gateway: '10.1.0.1' },
    hv3: { segment: 'rack2', address: '10.2.0.13/24', gateway: '10.2.0.1' },
  },
  vms: {
    a1: { host: 'hv1', address: '10.0.0.1/24', mac: '02:0a:00:00:00:01' },
    a5: { host: 'hv1', address: '10.0.0.5/24', mac: '02:0a:00:00:00:05' },
    a2: { host: 'hv2', address: '10.0.0.2/24', mac: '02:0a:00:00:00:02' },
    a3: { host: 'hv3', address: '10.0.0.3/24', mac: '02:0a:00:00:00:03' },
  },
};
const TENANTS = { a: ['a1', 'a5', 'a2', 'a3'] };
const PINO_WARN = 40;

/** What a line of the log says, all of it. */
function text(line: LogLine): string {
  return JSON.stringify(line);
}

/** Waits for a warning or an error that says all of this, and checks that it names a remedy. */
async function expectWarning(agent: Program, after: number, ...words: readonly (string | RegExp)[]): Promise<LogLine> {
  const line = await agent.message(
    (each) => Number(each['level']) >= PINO_WARN && words.every((word) => new RegExp(word).test(text(each))),
    { after },
  );
  expect(text(line)).toMatch(/remedy|vnctl|ovs-vsctl/);
  return line;
}

async function agentsText(centre: DataCentre): Promise<string> {
  return (await centre.vnctl('agents')).stdout;
}

describe('a plain switch whose datapath says that it has the learn action', () => {
  let centre: DataCentre;
  let plain: PlainHost;

  beforeAll(async () => {
    centre = await DataCentre.up({ topology: TOPOLOGY, tenants: TENANTS, agents: ['hv2', 'hv3'] });
    plain = await PlainHost.of(centre, 'hv1');
    await plain.agent.launch();
  });

  afterAll(async () => {
    await plain.stop();
    await centre.down();
  });

  it('is refused with an error that names the remedy, and nothing is written', async () => {
    const line = await expectWarning(plain.agent, 0, /plain OpenFlow 1\.3|OpenFlow 1\.3/);
    expect(text(line)).toContain('vnctl datapath');
    expect(text(line)).toContain('enable-ovs-learn-action false');
    expect(text(line)).toContain('dp-hv1');
    expect(await plain.flows()).toEqual([]);
    expect(await centre.lab.host('hv1').ofctl('dump-groups')).not.toContain('group_id');
    expect((await centre.ping('a1', '10.0.0.5')).received).toBe(0);
  });

  it('is served as soon as the datapath says that it has not, while the agent runs', async () => {
    const { pid } = plain.agent.daemon;
    const refused = async (): Promise<readonly string[]> =>
      (await plain.strict.violations()).filter((each) => !each.includes('experimenter message 0x4f4e4600/2300'));
    const before = await refused();
    await centre.vnctl('datapath', 'modify', 'dp-hv1', '--enable-ovs-learn-action', 'false');
    await centre.reachedAfter('a1', '10.0.0.5', 40_000);
    await centre.reachedAfter('a1', '10.0.0.2', 20_000);
    await centre.reachedAfter('a2', '10.0.0.5');
    expect(plain.agent.daemon.pid).toBe(pid);
    expect(plain.agent.running).toBe(true);
    // What was refused before was all that was refused, but for another bundle that is tried.
    expect(await refused()).toEqual(before);
    expect((await plain.flows()).filter((flow) => EXTENSIONS.test(flow))).toEqual([]);
  });

  it('names the peer that is reachable by GRE only, which the machines do not reach; others do', async () => {
    const line = await expectWarning(plain.agent, 0, 'GRE|gre|tunnel', 'hv3');
    expect(text(line)).toMatch(/hv3/);
    await until(async () => (await agentsText(centre)).includes('hv3'), 'vnctl agents names hv3');
    expect((await centre.ping('a1', '10.0.0.3')).received).toBe(0);
    await centre.reachedAfter('a2', '10.0.0.3');
  });

  it('fails closed for an interface with a security group, says so, and connects it again without', async () => {
    const after = await plain.agent.mark();
    await centre.api('POST', 'security_groups', { uuid: 'sg-web', display_name: 'web', rules: 'icmp:-1:0.0.0.0/0' });
    await centre.api('POST', 'interfaces/if-a5/security_groups/sg-web');
    await expectWarning(plain.agent, after, 'if-a5', /security.group|filter/i);
    await until(async () => !(await centre.reaches('a1', '10.0.0.5')), 'a5 is not connected any more');
    for (const from of ['a1', 'a2']) expect((await centre.ping(from, '10.0.0.5', { count: 2 })).received).toBe(0);
    expect((await centre.ping('a5', '10.0.0.1')).received).toBe(0);
    await until(async () => (await agentsText(centre)).includes('if-a5'), 'vnctl agents names it');
    expect((await centre.ping('a1', '10.0.0.2', { count: 2 })).received).toBe(2);
    await centre.api('DELETE', 'interfaces/if-a5/security_groups/sg-web');
    await centre.reachedAfter('a1', '10.0.0.5');
    await until(async () => !(await agentsText(centre)).includes('if-a5'), 'vnctl agents says nothing of it any more');
  });

  it('fails closed for an interface with filters, says so, and connects it again without', async () => {
    const after = await plain.agent.mark();
    await centre.api('PUT', 'interfaces/if-a5', { enable_filtering: true });
    await expectWarning(plain.agent, after, 'if-a5', /filter/i);
    await until(async () => !(await centre.reaches('a1', '10.0.0.5')), 'a5 is not connected any more');
    expect((await centre.ping('a2', '10.0.0.5', { count: 2 })).received).toBe(0);
    await centre.api('PUT', 'interfaces/if-a5', { enable_filtering: false });
    await centre.reachedAfter('a1', '10.0.0.5');
  });

  it('cannot get a leg of the host, and says so', async () => {
    const after = await plain.agent.mark();
    await centre.api('POST', 'interfaces', {
      uuid: 'if-leg',
      mode: 'internal',
      owner_datapath_uuid: 'dp-hv1',
      port_name: 'leg',
      network_uuid: 'nw-a',
      ipv4_address: '10.0.0.90',
      mac_address: '02:0e:00:00:00:01',
    });
    await expectWarning(plain.agent, after, 'leg');
    expect((await centre.ping('a1', '10.0.0.2', { count: 2 })).received).toBe(2);
    await centre.vnctl('interfaces', 'del', 'if-leg', '--wait');
  });

  it('is told nothing again when the flag is taken back: it keeps what it has, or nothing of others is in it', async () => {
    const after = await plain.agent.mark();
    await centre.vnctl('datapath', 'modify', 'dp-hv1', '--enable-ovs-learn-action', 'true');
    await expectWarning(plain.agent, after, /OpenFlow 1\.3/);
    expect((await plain.flows()).filter((flow) => EXTENSIONS.test(flow))).toEqual([]);
    await centre.vnctl('datapath', 'modify', 'dp-hv1', '--enable-ovs-learn-action', 'false');
    await centre.reachedAfter('a1', '10.0.0.2', 40_000);
  });
});

describe('an agent that has never heard of its datapath', () => {
  it('writes nothing into a switch that dials in, and takes nothing away', async () => {
    await using centre = await DataCentre.up({ topology: TOPOLOGY, tenants: TENANTS, agents: ['hv2'] });
    await centre.api('PUT', 'datapaths/dp-hv1', { enable_ovs_learn_action: false });
    const plain = await PlainHost.of(centre, 'hv1');
    await centre.lab.host('hv1').ofctl('add-flow', 'table=3,priority=7,actions=drop');
    await centre.vnmgr.stop();
    await plain.agent.launch();
    await plain.agent.message('switch connected');
    // Longer than an agent waits for a manager before it goes by what it has saved.
    await delay(2_000);
    expect(await plain.flows()).toHaveLength(1);
    await centre.startManager();
    await plain.agent.message('synced', { timeout: 20_000 });
    await centre.reachedAfter('a1', '10.0.0.2', 20_000);
    // What was found there and is not VNet's is gone then.
    expect((await plain.flows()).filter((flow) => flow.includes('table=3, n') && flow.includes('priority=7'))).toEqual(
      [],
    );
    await plain.expectPlain();
    await plain.stop();
  });
});

describe.each<[string, Abilities, readonly string[]]>([
  ['no meters', { meters: 'unknown' }, ['multipart of type 10', 'multipart of type 11', 'multipart of type 9']],
  ['room for no meter', { meters: 'zero' }, []],
  ['8 tables', { tables: 8 }, []],
])('a plain switch with %s', (_, abilities, probes) => {
  it('joins segments, networks, legacy machines that are declared, and those that are discovered', async () => {
    const { centre, plain } = await upWithPlain({ ...PLAIN_SITE, plain: ['edge1'], abilities });
    try {
      await mapPlainSite(centre);
      await declareMachine(centre, 'olda', 'a');
      for (const [from, to] of [
        ['a1', '10.0.0.2'],
        ['s2', '10.5.0.1'],
        ['a2', LEGACY.olda.address],
        ['newa', '10.0.0.1'],
        ['newa', '10.0.0.2'],
        ['a2', LEGACY.newa.address],
        ['news', '10.5.0.2'],
      ] as const) {
        await centre.reachedAfter(from, to.split('/')[0]!);
        expect((await centre.ping(from, to, { count: 3 })).received, `${from} → ${to}`).toBe(3);
      }
      await plain.expectPlain([...probes]);
      if (abilities.meters) expect((await plain.flows()).filter((flow) => flow.includes('meter:'))).toEqual([]);
    } finally {
      await plain.stop();
      await centre.down();
    }
  });
});

/** An Open vSwitch as ever, with its OVSDB; all that it is told goes through the strict proxy all the same. */
describe('an Open vSwitch with OVSDB that is to be spoken to plainly', () => {
  let centre: DataCentre;

  beforeAll(async () => {
    const { topology, tenants, segments } = PLAIN_SITE;
    centre = await DataCentre.up({ topology, tenants });
    await makeSegments(centre, segments);
    await mapVlans(centre);
    await centre.reachedAfter('a2', LEGACY.newa.address);
  });

  afterAll(async () => centre.down());

  async function expectAllJoined(): Promise<void> {
    for (const [from, to] of [
      ['a1', '10.0.0.2'],
      ['b1', '10.0.0.5'],
      ['s1', '10.5.0.2'],
      ['newa', '10.0.0.2'],
      ['a2', '10.0.0.101'],
      ['edge1', '10.1.0.12'],
    ] as const) {
      await centre.reachedAfter(from, to, 15_000);
      expect((await centre.ping(from, to, { count: 3 })).received, `${from} → ${to}`).toBe(3);
    }
    expect(await centre.reaches('b1', '10.0.0.101')).toBe(false);
  }

  it('has flows without any extension, as soon as its datapath says so, and everything is joined', async () => {
    await centre.api('PUT', 'datapaths/dp-edge1?wait=flows&timeout=10', { enable_ovs_learn_action: false });
    await until(
      async () => (await centre.flows('edge1')).every((flow) => !EXTENSIONS.test(flow)),
      'no flow has anything that OpenFlow 1.3 has not',
    );
    expect((await centre.flows('edge1')).length).toBeGreaterThan(5);
    await expectAllJoined();
    expect((await centre.flows('edge1')).filter((flow) => EXTENSIONS.test(flow))).toEqual([]);
    // Legs need the whole pipeline.
    expect(await centre.lab.host('edge1').vsctl('list-ports', 'br0')).toContain(TRUNK);
  });

  it('keeps its flows when the agent is started again behind the strict proxy, and is told nothing else', async () => {
    const before = (await centre.flows('edge1')).length;
    await centre.saved('edge1');
    await centre.agent('edge1').stop();
    const host = centre.lab.host('edge1');
    const strict = await StrictSwitch.withDatabase(host);
    const agent = new Program(() => host.spawn('vna-strict', centre.vnaCommand('edge1', ...strict.agentOptions)));
    await agent.start();
    await agent.message('synced', { timeout: 20_000 });
    await everywhere(centre, PLAIN_SITE.segments);
    await expectAllJoined();
    expect(await strict.violations(), strict.log).toEqual([]);
    expect((await centre.flows('edge1')).length).toBeLessThan(before + 30);
    await agent.stop();
    await strict.stop();
    await centre.agent('edge1').start();
  });

  it('has the whole pipeline again when its datapath says so, and everything is joined', async () => {
    await centre.api('PUT', 'datapaths/dp-edge1?wait=flows&timeout=10', { enable_ovs_learn_action: true });
    await until(
      async () => (await centre.flows('edge1', 'table=40')).some((flow) => EXTENSIONS.test(flow)),
      'the whole pipeline is there',
    );
    await expectAllJoined();
  });
});
