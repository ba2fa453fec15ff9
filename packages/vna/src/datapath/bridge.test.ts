import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PrivateSwitch } from '../../../openflow/test/private-switch.ts';
import type { Log } from '../log.ts';
import { Bridge, type BridgeView } from './bridge.ts';

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

let ovs: PrivateSwitch;
let bridge: Bridge | undefined;
let view: BridgeView | undefined;
let restored: number;

function watch(): Bridge {
  return new Bridge({
    ovsdb: `unix:${join(ovs.directory, 'db.sock')}`,
    name: 'br0',
    log: silent,
    onView: (each) => (view = each),
    onRestored: () => restored++,
  });
}

const PATIENCE = { timeout: 10_000, interval: 10 };
/** Looks again and again until there is an answer. */
const found = <T>(look: () => T): ReturnType<typeof vi.waitUntil<T>> => vi.waitUntil(look, PATIENCE);

const viewWith = (condition: (view: BridgeView) => boolean): Promise<BridgeView> =>
  found(() => (view && condition(view) ? view : undefined));
const port = (name: string, each = view): BridgeView['ports'][number] | undefined =>
  each?.ports.find((one) => one.name === name);
const column = (name: string): string => ovs.vsctl('get', 'bridge', 'br0', name).trim();

beforeEach(async () => {
  ovs = await PrivateSwitch.start();
  view = undefined;
  restored = 0;
});

afterEach(async () => {
  bridge?.close();
  await ovs.stop();
});

describe('a bridge of others', () => {
  it('is prepared and keeps who it is', async () => {
    ovs.vsctl('set', 'bridge', 'br0', 'fail_mode=standalone', 'protocols=OpenFlow14');
    const before = column('datapath_id').replaceAll('"', '');
    bridge = watch();
    const { dpid, made } = await viewWith((each) => port('vnet-gre', each)?.ofport != null);
    expect({ dpid, made }).toEqual({ dpid: `0x${before}`, made: false });
    expect(column('fail_mode')).toBe('secure');
    expect(column('protocols')).toBe('[OpenFlow10, OpenFlow13, OpenFlow14]');
    expect(column('other_config')).toContain(`datapath-id="${before}"`);
    ovs.vsctl('add-port', 'br0', 'p1', '--', 'set', 'interface', 'p1', 'type=dummy', 'mac="00:00:00:00:00:01"');
    const after = await viewWith((each) => port('p1', each)?.ofport != null);
    expect(after.dpid).toBe(dpid);
  });

  it('does not take the datapath id of a record', async () => {
    bridge = watch();
    const { dpid } = await viewWith(() => true);
    await bridge.adopt('0x00000000000000bb');
    expect(column('datapath_id')).toBe(`"${dpid.slice(2)}"`);
  });
});

describe('a bridge that the agent made', () => {
  it('takes the datapath id of its record', async () => {
    ovs.vsctl('set', 'bridge', 'br0', 'external_ids:vnet-made=true');
    bridge = watch();
    await viewWith(({ made }) => made);
    await bridge.adopt('0x00000000000000bb');
    await viewWith(({ dpid }) => dpid === '0x00000000000000bb');
    expect(column('datapath_id')).toBe('"00000000000000bb"');
  });
});

describe('the ports of a bridge', () => {
  it('say who they are, and have another claim when they are plugged anew', async () => {
    const ids = ['external_ids:iface-id=vm-1', 'external_ids:vnet-interface=if-1'];
    const plug = (): string =>
      ovs.vsctl('add-port', 'br0', 'p1', '--', 'set', 'interface', 'p1', 'type=dummy', 'ofport_request=7', ...ids);
    plug();
    bridge = watch();
    await viewWith((each) => port('p1', each)?.ofport === 7);
    const first = port('p1')!;
    expect(first).toMatchObject({ role: 'plain', iface_id: 'vm-1', vnet_interface: 'if-1', uplink: false });
    expect(port('br0')).toMatchObject({ role: 'local', ofport: null });
    expect(port('vnet-gre')?.role).toBe('tunnel');
    ovs.vsctl('del-port', 'p1');
    await viewWith((each) => port('p1', each) === undefined);
    plug();
    await viewWith((each) => port('p1', each)?.ofport === 7);
    expect(port('p1')!.claim).not.toBe(first.claim);
    expect(port('p1')!.id).not.toBe(first.id);
  });

  it('have no number when the switch cannot open them, and say why', async () => {
    ovs.vsctl('--no-wait', 'add-port', 'br0', 'p1', '--', 'set', 'interface', 'p1', 'type=nonsense');
    bridge = watch();
    await viewWith((each) => port('p1', each)?.error != null);
    expect(port('p1')).toMatchObject({ ofport: null, error: expect.stringContaining('could not open') as string });
  });

  it('are known again after the switch has been restarted', async () => {
    bridge = watch();
    const { dpid } = await viewWith((each) => port('vnet-gre', each)?.ofport != null);
    await ovs.killDaemon();
    await ovs.startDaemon();
    ovs.vsctl('add-port', 'br0', 'p1', '--', 'set', 'interface', 'p1', 'type=dummy');
    const after = await viewWith((each) => port('p1', each)?.ofport != null);
    expect(after.dpid).toBe(dpid);
  });
});

it('says when the switch may be written to after its own restoration of flows', async () => {
  ovs.vsctl('set', 'open_vswitch', '.', 'other_config:flow-restore-wait=true');
  bridge = watch();
  await viewWith(() => true);
  expect(restored).toBe(0);
  ovs.vsctl('remove', 'open_vswitch', '.', 'other_config', 'flow-restore-wait');
  await found(() => restored > 0);
  expect(restored).toBe(1);
});
