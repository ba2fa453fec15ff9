import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OvsNode, type Host } from '../src/index.ts';
import { type Bond, LACP, layCables, plug, untilShown } from './cables.ts';
import { Capture } from './capture.ts';
import { DataCentre } from './data-centre.ts';
import { datagram, Sender } from './frames.ts';
import { SteadyPing } from './steady-ping.ts';
import { TWO_TENANTS } from './tenants.ts';
import { until } from './until.ts';

const { topology, tenants } = TWO_TENANTS;
const LINKS = ['up1', 'up2'] as const;
/** What is lost in a row while a link goes down, at one packet a millisecond. */
const FAIL_OVER_MS = 1_000;

let centre: DataCentre;
let hv1: Host;
let tor: OvsNode;

/** hv1 is on two cables to a switch, which is on the segment of the others. */
beforeAll(async () => {
  const switches = { tor: { ports: [{ segment: 'rack1', tag: 100 }] } };
  centre = await DataCentre.up({ topology: { ...topology, switches }, tenants });
  hv1 = centre.lab.host('hv1');
  const node = centre.lab.node('tor');
  if (!(node instanceof OvsNode)) throw new Error('tor is no switch');
  tor = node;
  await layCables(centre, hv1, tor, LINKS);
});

afterAll(async () => centre.down());

/** Puts both ends of the cables into a bond each, or, with undefined, makes them ports by themselves. */
async function wire(atHost: Bond | undefined, atSwitch: Bond | undefined): Promise<void> {
  const both = { links: LINKS, name: 'bond0' };
  await plug(tor, { ...both, bond: atSwitch, port: { tag: '100' } });
  await plug(hv1, { ...both, old: ['eth0'], bond: atHost, link: { 'external-ids:vnet-uplink': 'true' } });
}

async function group(): Promise<string> {
  return hv1.ofctl('dump-groups');
}

async function untilGroup(type: string): Promise<void> {
  await until(
    async () => (await group()).includes(`type=${type}`),
    `the uplink of hv1 is a group of type ${type}`,
    30_000,
  );
  for (const vm of ['a2', 'a3']) await centre.reachedAfter('a1', centre.lab.vm(vm).address!, 20_000);
}

/** Takes each link down and up again while machines talk over MAC2MAC and GRE. */
async function failOver(): Promise<void> {
  for (const link of LINKS) {
    for (const vm of ['a2', 'a3']) {
      const ping = await SteadyPing.start(centre, 'a1', centre.lab.vm(vm).address!.split('/')[0]!);
      await tor.exec(['ip', 'link', 'set', link, 'down']);
      await ping.more(500);
      const { lost, answers } = await ping.stop();
      expect(answers).toBeGreaterThan(500);
      expect(lost.length, `${vm} without ${link}`).toBeLessThan(FAIL_OVER_MS);
      await tor.exec(['ip', 'link', 'set', link, 'up']);
      await until(
        async () => (await hv1.ofctl('dump-ports-desc', link)).includes('LIVE'),
        `${link} is in use again`,
        20_000,
      );
      await centre.reachedAfter('a1', centre.lab.vm(vm).address!, 20_000);
    }
  }
}

/** How often each frame of a machine elsewhere that goes to all arrives. */
async function copiesOfABroadcast(): Promise<number> {
  const { mac: src, address } = centre.lab.vm('a2');
  await using at = await Capture.on(centre.lab.vm('a1'), 'eth0', 'udp');
  const sender = new Sender(centre.lab.vm('a2'));
  const frame = (text: string): Buffer =>
    datagram({ src, dst: 'ff:ff:ff:ff:ff:ff', srcIp: address!, dstIp: '255.255.255.255' }, text);
  // Physical switches may still send what is for hv1 to where it was.
  await until(() => {
    sender.send([frame('the beginning')]);
    return at.frames.some((each) => each.includes('the beginning'));
  }, 'a1 gets broadcasts');
  sender.send([frame('counted'), frame('the end')]);
  await at.frame((each) => each.includes('the end'), 'a1 gets the last frame');
  sender.close();
  return at.frames.filter((each) => each.includes('counted')).length;
}

describe('a bond with an LACP partner', () => {
  beforeAll(async () => {
    await wire(LACP, LACP);
    await untilGroup('select');
  });

  it('sends over both links', async () => {
    expect(await group()).toMatch(/type=select.*watch_port:.*watch_port:/);
    const packets = async (link: string): Promise<number> =>
      Number(/tx pkts=(\d+)/.exec(await hv1.ofctl('dump-ports', link))?.[1]);
    const flows = (await centre.flows('hv1', 'table=62')).filter((flow) => flow.includes('group:1'));
    expect(flows).toHaveLength(1);
    for (const link of LINKS) expect(await packets(link)).toBeGreaterThan(0);
  });

  it('delivers a broadcast once', async () => {
    expect(await copiesOfABroadcast()).toBe(1);
  });

  it('goes on when a link is lost', failOver);

  it('is shown with the datapath', async () => {
    await untilShown(centre, 'hv1', [
      'uplink bond0: all links (LACP; without a partner one link at a time)',
      'up1  up  in use',
      'up2  up  in use',
    ]);
  });

  it('says which link is lost', async () => {
    const agent = centre.agent('hv1');
    const after = await agent.mark();
    await tor.exec(['ip', 'link', 'set', 'up1', 'down']);
    const line = await agent.message(({ subject, state }) => subject === 'link up1' && state === 'down', { after });
    expect(line['remedy']).toMatch(/cable/);
    await tor.exec(['ip', 'link', 'set', 'up1', 'up']);
    await agent.message(({ subject, msg }) => subject === 'link up1' && msg === 'no longer a problem', {
      after,
      timeout: 20_000,
    });
  });
});

describe('a bond without an LACP partner', () => {
  beforeAll(async () => {
    await wire(LACP, undefined);
    await untilGroup('ff');
  });

  it('uses one link at a time: OVS is told so, and a broadcast comes once', async () => {
    expect(await hv1.vsctl('get', 'port', 'bond0', 'other_config:lacp-fallback-ab')).toBe('"true"');
    expect(await copiesOfABroadcast()).toBe(1);
  });

  it('goes on when a link is lost', failOver);
});

describe('two uplink ports that are no bond', () => {
  beforeAll(async () => {
    await wire(undefined, undefined);
    await untilGroup('ff');
  });

  it('are used one at a time', async () => {
    expect(await copiesOfABroadcast()).toBe(1);
    await untilShown(centre, 'hv1', [
      'uplink up1+up2: one link at a time (no LACP)',
      'up1  up  in use',
      'up2  up  not in use',
    ]);
  });

  it('go on when a link is lost', failOver);
});

describe('a host that is down to one uplink port', () => {
  it('needs no group', async () => {
    await hv1.vsctl('del-port', 'up2');
    await until(
      async () => (await centre.flows('hv1')).every((flow) => !flow.includes('group:')),
      'no flow names the group',
    );
    await until(async () => !(await group()).includes('group_id='), 'the group is gone');
    expect((await centre.ping('a1', '10.0.0.2', { count: 3 })).received).toBe(3);
  });
});
