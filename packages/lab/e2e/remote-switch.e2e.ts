import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { DataCentre } from './data-centre.ts';
import { expectMatrix } from './matrix.ts';
import { Program } from './program.ts';
import { TWO_TENANTS } from './tenants.ts';
import { until } from './until.ts';

const ENDPOINT = 'tcp:127.0.0.1:6653';

let centre: DataCentre;
let remote: Program;

/** The agent of hv1 has no OVSDB: the switch dials it over TCP. */
beforeAll(async () => {
  centre = await DataCentre.up(TWO_TENANTS);
  const host = centre.lab.host('hv1');
  await centre.agent('hv1').stop();
  await host.exec(['ip', 'link', 'set', 'lo', 'up']);
  await host.ofctl('del-flows');
  const command = centre.vnaCommand('hv1', '--ovsdb', 'none', '--openflow', `listen:${ENDPOINT}`);
  remote = new Program(() => host.spawn('vna-remote', command));
  await remote.launch();
  await host.vsctl('set-controller', 'br0', ENDPOINT);
  await remote.message('synced');
});

afterAll(async () => {
  await remote.stop();
  await centre.down();
});

test('the daemons log alike', async () => {
  const { vnmgr, vnapi } = centre;
  for (const [name, program] of Object.entries({ vnmgr, vnapi, vna: remote })) {
    for (const line of await program.lines()) {
      expect(line).toMatchObject({
        program: name,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      });
      expect(Object.keys(line)).not.toContain('pid');
      expect(Object.keys(line)).not.toContain('hostname');
    }
  }
});

describe('a switch that dials in', () => {
  it('is served by OpenFlow alone: all machines reach each other as before', async () => {
    for (const vm of ['a2', 'a3']) await centre.reachedAfter('a1', centre.lab.vm(vm).address!);
    await expectMatrix(centre);
  });

  it('gets a port into service when it is plugged, and out of it when it is pulled', async () => {
    const reached = async (): Promise<boolean> => (await centre.ping('a2', '10.0.0.5', { count: 2 })).received > 0;
    await centre.lab.unplug('a5');
    await until(async () => !(await reached()), 'a5 is not reached any more');
    await centre.lab.plug('a5');
    await until(reached, 'a5 is reached again');
  });

  it('is served again when it has been restarted', async () => {
    await centre.lab.host('hv1').restartSwitch();
    for (const vm of ['a2', 'a3']) await centre.reachedAfter('a1', centre.lab.vm(vm).address!, 20_000);
  });

  it('that is another one is turned away', async () => {
    const after = await remote.mark();
    const host = centre.lab.host('hv1');
    await host.vsctl('add-br', 'br1', '--', 'set', 'bridge', 'br1', 'datapath_type=netdev', 'protocols=OpenFlow13');
    await host.vsctl('set-controller', 'br1', ENDPOINT);
    await remote.message('another switch has dialled in; it is turned away', { after });
    await host.vsctl('del-br', 'br1');
    expect((await centre.ping('a1', '10.0.0.2', { count: 3 })).received).toBe(3);
  });

  it('has one agent: a second one on its address says so, and ends', async () => {
    const host = centre.lab.host('hv1');
    const command = centre.vnaCommand('hv1', '--ovsdb', 'none', '--openflow', `listen:${ENDPOINT}`);
    const second = host.spawn('vna-second', command);
    expect(await second.exited).toEqual({ code: 1, signal: null });
    expect(await second.output()).toContain(`--openflow listen:${ENDPOINT}: cannot listen: listen EADDRINUSE`);
    expect((await centre.ping('a1', '10.0.0.2', { count: 1 })).received).toBe(1);
  });

  it('cannot get an internal interface, and the agent says so', async () => {
    const after = await remote.mark();
    await centre.api('POST', 'interfaces', {
      uuid: 'if-leg',
      mode: 'internal',
      owner_datapath_uuid: 'dp-hv1',
      port_name: 'leg',
      network_uuid: 'nw-a',
      ipv4_address: '10.0.0.90',
      mac_address: '02:0e:00:00:00:01',
    });
    const line = await remote.message(({ ports }) => ports === 'leg', { after });
    expect(line['msg']).toContain('need OVSDB');
  });
});
