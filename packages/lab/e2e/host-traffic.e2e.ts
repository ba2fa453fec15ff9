import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandOf, Lab } from '../src/index.ts';
import { DataCentre } from './data-centre.ts';
import { Program } from './program.ts';
import { TWO_TENANTS } from './tenants.ts';
import { until } from './until.ts';

const { topology } = TWO_TENANTS;
const HOST = '10.1.0.11';
const NEIGHBOUR = '10.1.0.2';
const BEYOND = '10.2.0.1';

async function reaches(lab: Lab, from: string, address: string): Promise<boolean> {
  const { code } = await lab.exec(from, ['ping', '-n', '-c', '1', '-W', '0.5', address], { anyExit: true });
  return code === 0;
}

/** What the host itself needs: its neighbours, what is behind the router, and to be reached by both. */
async function expectHostTraffic(lab: Lab, passes: boolean): Promise<void> {
  const results = await Promise.all([
    reaches(lab, 'hv1', NEIGHBOUR),
    reaches(lab, 'hv1', BEYOND),
    reaches(lab, 'manager', HOST),
    reaches(lab, 'hv3', HOST),
  ]);
  expect(results).toEqual([passes, passes, passes, passes]);
}

describe('a host without a manager', () => {
  /** An agent that has never heard of a manager and keeps nothing. */
  function loneAgent(lab: Lab, host: string, ...further: readonly string[]): Program {
    const { ovsdb, bridge } = lab.host(host);
    const options = ['--node-id', host, '--manager', `ipc://${join(lab.dir, 'nobody.sock')}`, '--ovsdb', ovsdb];
    const command = commandOf('vna', ...options, '--bridge', bridge, ...further);
    return new Program(() => lab.host(host).spawn('vna', command));
  }

  it('has its own traffic before, while and after its agent starts', async () => {
    await using lab = await Lab.up(topology);
    await expectHostTraffic(lab, true);
    const agent = loneAgent(lab, 'hv1');
    await agent.start();
    await expectHostTraffic(lab, true);
    expect(await lab.host('hv1').vsctl('get', 'bridge', 'br0', 'fail_mode')).toBe('secure');
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    await expectHostTraffic(lab, true);
  });

  it('has it right after a boot, as soon as its agent has started', async () => {
    await using lab = await Lab.up(topology);
    const host = lab.host('hv1');
    const agent = loneAgent(lab, 'hv1');
    await agent.start();
    await agent.stop();
    for (const port of ['a1', 'a5', 'b1', 'b6', 'vnet-gre']) await host.vsctl('del-port', port);
    // What a boot leaves: the bridge in OVSDB, fail mode secure, no flows.
    await host.restartSwitch('SIGTERM');
    await expectHostTraffic(lab, false);
    await agent.start();
    // Whoever is still asking for a MAC in vain asks once a second only.
    for (const node of ['hv1', 'hv3', 'manager', 'core']) await lab.exec(node, ['ip', 'neigh', 'flush', 'all']);
    await expectHostTraffic(lab, true);
  });

  it('carries nothing between its machines', async () => {
    await using lab = await Lab.up(topology);
    expect(await reaches(lab, 'a1', '10.0.0.5')).toBe(true);
    const agent = loneAgent(lab, 'hv1');
    await agent.start();
    expect(await reaches(lab, 'a1', '10.0.0.5')).toBe(false);
    expect(await reaches(lab, 'a5', '10.0.0.2')).toBe(false);
  });
});

describe('in a data centre', () => {
  let centre: DataCentre;

  beforeAll(async () => {
    centre = await DataCentre.up({ ...TWO_TENANTS, agents: ['hv1', 'hv2'] });
  });

  afterAll(async () => centre.down());

  it('an uplink that only the model knows carries the host’s traffic, without a manager by the state directory', async () => {
    const { lab, vnmgr } = centre;
    const agent = centre.agent('hv1');
    const host = lab.host('hv1');
    await centre.saved('hv1');
    await vnmgr.stop();
    await agent.stop();
    await host.vsctl('remove', 'interface', host.uplink, 'external_ids', 'vnet-uplink');
    await host.restartSwitch();
    await expectHostTraffic(lab, false);
    await agent.start();
    await until(async () => reaches(lab, 'hv1', NEIGHBOUR), 'the host reaches its neighbour');
    await expectHostTraffic(lab, true);
    await until(async () => centre.reaches('a1', '10.0.0.5'), 'machines on the host reach each other');
    await host.vsctl('set', 'interface', host.uplink, 'external_ids:vnet-uplink=true');
    await centre.startManager();
  });

  it('a bridge that is missing is made, with the datapath id of the record', async () => {
    const host = centre.lab.host('hv3');
    await host.vsctl('del-br', 'br0');
    const agent = centre.agent('hv3');
    await agent.start();
    await agent.message('synced');
    await until(
      async () => (await host.vsctl('get', 'bridge', 'br0', 'datapath_id')) === `"${host.identity.dpid.slice(2)}"`,
      'the bridge has the datapath id of the record',
    );
    expect(await host.vsctl('get', 'bridge', 'br0', 'fail_mode')).toBe('secure');
    expect(await host.vsctl('get', 'bridge', 'br0', 'protocols')).toBe('[OpenFlow10, OpenFlow13]');
    expect(await host.vsctl('list-ports', 'br0')).toBe('vnet-gre');
    // The operator's part: ports and address.
    await host.vsctl(
      'add-port',
      'br0',
      host.uplink,
      '--',
      'set',
      'interface',
      host.uplink,
      'external_ids:vnet-uplink=true',
    );
    for (const vm of ['a3', 'b3']) await host.vsctl('add-port', 'br0', vm);
    await host.exec(['ip', 'address', 'add', host.identity.address, 'dev', 'br0']);
    await host.exec(['ip', 'link', 'set', 'br0', 'up', 'address', host.identity.mac]);
    await host.exec(['ip', 'route', 'add', 'default', 'via', '10.2.0.1']);
    await host.exec(['ethtool', '-K', 'br0', 'tx', 'off']);
    await until(async () => reaches(centre.lab, 'hv3', HOST), 'the host reaches others');
    await until(async () => centre.reaches('a1', '10.0.0.3'), 'machines reach each other');
    expect(await centre.reaches('a3', '10.0.0.2')).toBe(true);
  });

  it.each([
    { host: 'hv2', nodeId: 'hv9', whose: 'that nobody has' },
    { host: 'hv2', nodeId: 'hv3', whose: 'of another host' },
    { host: 'hv3', nodeId: 'hv2', whose: 'of another host, on a bridge that vna has made' },
  ])('an agent started with a node id $whose says so and waits', async ({ host, nodeId }) => {
    const { lab } = centre;
    await centre.agent(host).stop();
    const before = await centre.flows(host);
    const command = centre.vnaCommand(host, '--node-id', nodeId, '--state-dir', join(lab.dir, 'state', 'stranger'));
    const stranger = new Program(() => lab.host(host).spawn(`vna-as-${nodeId}`, command));
    await stranger.start();
    const line = await stranger.message('no record of this datapath; waiting for one');
    expect(line['remedy']).toContain(
      `datapath dp-${host} has this dpid but node_id "${host}": start vna with --node-id ${host}`,
    );
    expect(await centre.flows(host)).toHaveLength(before.length);
    expect(await reaches(lab, host, HOST)).toBe(true);
    expect(await centre.reaches('a1', '10.0.0.2')).toBe(true);
    expect(await stranger.stop()).toEqual({ code: 0, signal: null });
    await centre.agent(host).start();
  });

  it('an agent whose bridge has an unknown dpid says how to add it, and goes on when it is added', async () => {
    const { lab } = centre;
    const host = lab.host('hv3');
    const agent = centre.agent('hv3');
    const told = await agent.mark();
    await centre.api('DELETE', 'interfaces/if-hv3');
    await centre.api('DELETE', 'datapaths/dp-hv3');
    const line = await agent.message('no record of this datapath; waiting for one', { after: told });
    expect(line['remedy']).toContain('vnctl datapath add');
    expect(line['remedy']).toContain(`--dpid ${host.identity.dpid}`);
    expect(line['remedy']).toContain('--node-id hv3');
    const mark = await agent.mark();
    const words = /vnctl (.*)/.exec(String(line['remedy']))![1]!.split(' ');
    await centre.vnctl(...words, '--uuid', 'dp-hv3');
    await agent.message((each) => each['msg'] === 'no longer a problem' && each['subject'] === 'no datapath', {
      after: mark,
    });
    await centre.api('POST', 'interfaces', {
      uuid: 'if-hv3',
      mode: 'host',
      owner_datapath_uuid: 'dp-hv3',
      port_name: host.uplink,
      network_uuid: 'nw-rack2',
      ipv4_address: '10.2.0.13',
      mac_address: host.identity.mac,
    });
    await centre.api('POST', 'topologies/topo-under/datapaths/dp-hv3', { interface_uuid: 'if-hv3' });
    await until(async () => centre.reaches('a1', '10.0.0.3'), 'machines reach each other');
  });

  it('two bridges with one datapath id: the second says so and waits, the rest works', async () => {
    const { lab } = centre;
    const host = lab.host('hv2');
    const agent = centre.agent('hv2');
    const { dpid } = lab.host('hv1').identity;
    const mark = await agent.mark();
    await host.vsctl('set', 'bridge', 'br0', `other-config:datapath-id=${dpid.slice(2)}`);
    const line = await agent.message('no record of this datapath; waiting for one', { after: mark });
    expect(line['remedy']).toMatch(/datapath dp-hv1 has this dpid but node_id "hv1"/);
    expect(await centre.reaches('a1', '10.0.0.5')).toBe(true);
    await host.vsctl('set', 'bridge', 'br0', `other-config:datapath-id=${host.identity.dpid.slice(2)}`);
    await until(async () => centre.reaches('a1', '10.0.0.2'), 'machines reach each other');
  });

  it('a port without interface is named in the log, with the remedy, until there is one', async () => {
    const { lab } = centre;
    const host = lab.host('hv1');
    const agent = centre.agent('hv1');
    const mark = await agent.mark();
    await host.exec(['ip', 'link', 'add', 'stray', 'type', 'veth', 'peer', 'name', 'stray-vm']);
    await host.vsctl('add-port', 'br0', 'stray');
    const line = await agent.message((each) => each['port'] === 'stray', { after: mark });
    expect(line['msg']).toBe('a port without interface: its packets are dropped');
    for (const mode of ['vif', 'edge', 'promiscuous']) {
      expect(line['remedy']).toContain(`--mode ${mode} --port-name stray`);
    }
    await centre.vnctl('interfaces', 'add', '--uuid', 'if-stray', '--mode', 'vif', '--port-name', 'stray');
    await agent.message((each) => each['msg'] === 'no longer a problem' && each['subject'] === 'port stray', {
      after: mark,
    });
    await host.vsctl('del-port', 'stray');
  });

  it('a local port whose MAC is not the one leased to the host is named in the log, until it is', async () => {
    const host = centre.lab.host('hv1');
    const agent = centre.agent('hv1');
    const mark = await agent.mark();
    await host.vsctl('set', 'bridge', 'br0', 'other-config:hwaddr=02:99:00:00:00:01');
    const line = await agent.message((each) => each['subject'] === 'local port mac', { after: mark });
    expect(line).toMatchObject({ port: 'br0', mac: '02:99:00:00:00:01', lease: host.identity.mac });
    expect(line['remedy']).toContain(`other-config:hwaddr="${host.identity.mac}"`);
    await host.vsctl('set', 'bridge', 'br0', `other-config:hwaddr="${host.identity.mac}"`);
    await agent.message((each) => each['msg'] === 'no longer a problem' && each['subject'] === 'local port mac', {
      after: mark,
    });
    await until(async () => centre.reaches('a1', '10.0.0.2'), 'machines reach each other');
  });

  it('a flow of somebody else is reported and removed', async () => {
    const host = centre.lab.host('hv1');
    const agent = centre.agent('hv1');
    const before = (await centre.flows('hv1')).length;
    const mark = await agent.mark();
    await host.ofctl('add-flow', 'table=0,priority=999,cookie=0x1234,dl_src=02:77:00:00:00:01,actions=drop');
    const line = await agent.message((each) => String(each['msg']).startsWith('flows of others are removed'), {
      after: mark,
      timeout: 30_000,
    });
    expect(line).toMatchObject({ flows: 1, tables: [0] });
    await until(async () => (await centre.flows('hv1')).length === before, 'the flow is gone');
    expect((await centre.flows('hv1', 'cookie=0x1234/-1')).length).toBe(0);
    expect(await centre.reaches('a1', '10.0.0.2')).toBe(true);
  });
});
