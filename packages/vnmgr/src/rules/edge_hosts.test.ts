import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Body, type TestModel, openModel } from '../../test/model.ts';
import { idOf, makeSite, makeVm } from '../../test/site.ts';
import { RoleKeeper, ROLE_MS } from '../stream/roles.ts';

const MACHINE = 0x020c00000001;

let model: TestModel;

beforeEach(async () => {
  model = await openModel('sqlite::memory:');
  await makeSite(model);
  await model.ok('datapaths.create', { uuid: 'dp-2', display_name: 'two', node_id: 'hv2', dpid: '0xbbbb' });
  await makeEdge('1');
  await makeEdge('2');
});

afterEach(async () => {
  await model.close();
});

async function makeEdge(n: string): Promise<void> {
  const port = { mode: 'edge', port_name: 'trunk', owner_datapath_uuid: `dp-${n}` };
  await model.ok('interfaces.create', { uuid: `if-edge${n}`, ...port });
  await model.ok('translations.create', { uuid: `tr-${n}`, mode: 'vnet_edge', interface_uuid: `if-edge${n}` });
}

function map(n: string, vlan: number, uuid = `vt-${n}`): Promise<Body> {
  return model.ok('vlan_translations.create', {
    uuid,
    translation_uuid: `tr-${n}`,
    vlan_id: vlan,
    network_uuid: 'nw-a',
  });
}

async function mappingId(uuid: string): Promise<number> {
  return (await model.store.reader.first('vlan_translation', { uuid }))!.id;
}

describe('an edge', () => {
  it.each([
    [{ owner_datapath_uuid: 'dp-1' }, 'port_name: an edge interface needs the name of its trunk port'],
    [{ port_name: 'other' }, 'owner_datapath_uuid: an edge interface needs'],
  ])('needs a port and a datapath: not %o', async (port, message) => {
    expect((await model.refused('interfaces.create', { mode: 'edge', ...port })).message).toContain(message);
  });

  it('keeps its trunk, whichever way somebody takes it away', async () => {
    const where = { uuid: 'if-edge1' };
    const more = await model.refused('interfaces.ports.create', { ...where, port_name: 'other' });
    expect(more.message).toContain('owner_datapath_uuid: an edge interface needs');
    const gone = await model.refused('interfaces.ports.delete', { ...where, port_name: 'trunk' });
    expect(gone.message).toContain('interface: if-edge1 is an edge and needs its trunk port');
    await model.ok('interfaces.delete', { uuid: 'if-edge1' });
  });

  it('says who has the port that another one is to have', async () => {
    const port = { mode: 'edge', port_name: 'trunk', owner_datapath_uuid: 'dp-1' };
    const { message } = await model.refused('interfaces.create', port);
    expect(message).toBe('port_name trunk, datapath dp-1 is in use already, by if-edge1');
  });

  it('joins no VLAN to the underlay', async () => {
    const mapping = { translation_uuid: 'tr-1', vlan_id: 100 };
    const physical = { uuid: 'nw-under', ipv4_network: '172.16.9.0', mode: 'physical' };
    await model.ok('networks.create', physical);
    const refused = await model.refused('vlan_translations.create', { ...mapping, network_uuid: 'nw-under' });
    expect(refused.message).toContain('network_uuid: nw-under is physical');
    await map('1', 101);
    const changed = await model.refused('vlan_translations.update', { uuid: 'vt-1', network_uuid: 'nw-under' });
    expect(changed.message).toContain('network_uuid: nw-under is physical');
    expect((await model.refused('vlan_translations.create', mapping)).message).toBe('network_uuid');
  });

  it.each([0, 4095, -1])('has no VLAN %i', async (vlan_id) => {
    const mapping = { translation_uuid: 'tr-1', network_uuid: 'nw-a', vlan_id };
    expect((await model.refused('vlan_translations.create', mapping)).message).toContain('vlan_id');
  });

  it('maps a VLAN once, by whichever translation', async () => {
    await map('1', 100);
    await model.ok('translations.create', { uuid: 'tr-more', mode: 'vnet_edge', interface_uuid: 'if-edge1' });
    const again = { translation_uuid: 'tr-more', vlan_id: 100, network_uuid: 'nw-a' };
    const message = 'vlan_id: 100 is mapped on if-edge1 already, by vt-1';
    expect((await model.refused('vlan_translations.create', again)).message).toBe(message);
    await model.ok('vlan_translations.create', { ...again, uuid: 'vt-more', vlan_id: 101 });
    expect((await model.refused('vlan_translations.update', { uuid: 'vt-more', vlan_id: 100 })).message).toBe(message);
  });

  it('has many declared machines behind its port', async () => {
    const port = { mode: 'vif', port_name: 'trunk', owner_datapath_uuid: 'dp-1', network_uuid: 'nw-a' };
    for (const n of [1, 2]) {
      const address = { ipv4_address: `10.1.0.${n}`, mac_address: `02:00:00:00:02:0${n}` };
      await model.ok('interfaces.create', { ...port, ...address });
    }
  });
});

describe('a legacy machine that an edge has seen', () => {
  const fact = async (uuid: string, seen = 1_000): Promise<Body> => ({
    mac_address: MACHINE,
    ipv4_address: 0x0a010063,
    vlan_translation_id: await mappingId(uuid),
    port_name: 'trunk',
    seen,
  });

  async function listed(): Promise<Body[]> {
    return (await model.ok('edge_hosts.list'))['items'] as Body[];
  }

  it('is listed, where it was seen last, until it is gone', async () => {
    await map('1', 100);
    await map('2', 100);
    await model.facts('dp-1', { edge_hosts: [await fact('vt-1')] } as never);
    const place = { vlan_id: 100, mac_address: '02:0c:00:00:00:01', ipv4_address: '10.1.0.99', network_uuid: 'nw-a' };
    expect(await listed()).toMatchObject([{ ...place, datapath_uuid: 'dp-1', port_name: 'trunk', refused: null }]);
    expect((await listed())[0]?.['age']).toBeGreaterThan(1_000_000);
    await model.facts('dp-2', { edge_hosts: [await fact('vt-2')] } as never);
    expect(await listed()).toMatchObject([{ ...place, datapath_uuid: 'dp-2' }]);
    // The other one took it over: what the first one says of its end is no news.
    await model.facts('dp-1', { gone_edge_hosts: [MACHINE] });
    expect(await listed()).toHaveLength(1);
    await model.ok('vlan_translations.delete', { uuid: 'vt-1' });
    await model.facts('dp-2', { full: true });
    expect(await listed()).toEqual([]);
  });

  it('has an address until another one is seen with it', async () => {
    await map('1', 100);
    await map('2', 200);
    await model.facts('dp-1', { edge_hosts: [await fact('vt-1', 1_000)] } as never);
    const other = { ...(await fact('vt-2', 2_000)), mac_address: MACHINE + 1 };
    await model.facts('dp-2', { edge_hosts: [other] } as never);
    const addresses = async () => (await listed()).map((row) => [row['mac_address'], row['ipv4_address']]);
    const now = [
      ['02:0c:00:00:00:01', null],
      ['02:0c:00:00:00:02', '10.1.0.99'],
    ];
    expect(await addresses()).toEqual(now);
    // The first edge comes back with what it knew.
    await model.facts('dp-1', { full: true, edge_hosts: [await fact('vt-1', 1_000)] } as never);
    expect(await addresses()).toEqual(now);
  });

  it('says the same again without a revision', async () => {
    await map('1', 100);
    const facts = { full: true, edge_hosts: [await fact('vt-1')] } as never;
    const revision = await model.facts('dp-1', facts);
    expect(await model.facts('dp-1', facts)).toBe(revision);
  });

  it('is refused with the MAC of somebody in the model, as long as that is so', async () => {
    await map('1', 100);
    await model.facts('dp-1', { edge_hosts: [await fact('vt-1')] } as never);
    await makeVm(model, 'if-vm', '02:0c:00:00:00:01', '10.1.0.5');
    expect((await listed())[0]?.['refused']).toMatch(/in use already, by ml-\w+ of if-vm/);
    await model.ok('interfaces.delete', { uuid: 'if-vm' });
    expect((await listed())[0]?.['refused']).toBeNull();
  });

  it('goes with the mapping of its VLAN', async () => {
    await map('1', 100);
    await model.facts('dp-1', { edge_hosts: [await fact('vt-1')] } as never);
    await model.ok('vlan_translations.update', { uuid: 'vt-1', vlan_id: 101 });
    expect(await listed()).toEqual([]);
  });
});

describe('the role of a VLAN', () => {
  let now: number;
  let keeper: RoleKeeper;

  beforeEach(async () => {
    now = 0;
    keeper = new RoleKeeper({ store: model.store, settings: {}, now: () => now });
    await map('1', 100);
    await map('2', 100);
  });

  async function ask(n: string, alone = false): Promise<boolean> {
    const id = await mappingId(`vt-${n}`);
    const wanted = [{ vlan_translation_id: id, alone }];
    const datapath_id = await idOf(model, 'datapaths', `dp-${n}`);
    return (await keeper.ask({ type: 'roles', request: 1, datapath_id, wanted })).includes(id);
  }

  it('goes to the first who asks, and to another when it is not asked for in time', async () => {
    expect(await ask('1')).toBe(true);
    const { revision } = model.store;
    for (now = 500; now < 10_000; now += 500) {
      expect(await ask('1')).toBe(true);
      expect(await ask('2')).toBe(false);
    }
    expect(model.store.revision).toBe(revision);
    now += ROLE_MS - 600;
    expect(await ask('2')).toBe(false);
    now += 1_000;
    expect(await ask('2')).toBe(true);
    expect(await ask('1')).toBe(false);
    expect(await model.ok('edge_roles.list')).toMatchObject({ items: [{ datapath_uuid: 'dp-2', epoch: 2 }] });
  });

  it('stays with one that goes on without an answer, until it knows of the other', async () => {
    expect(await ask('1', true)).toBe(true);
    now += 1_000_000;
    expect(await ask('2')).toBe(false);
    expect(await ask('1')).toBe(true);
    now += ROLE_MS + 1;
    expect(await ask('2')).toBe(true);
  });

  it('is not given away by a manager that has just started', async () => {
    expect(await ask('1')).toBe(true);
    keeper = new RoleKeeper({ store: model.store, settings: {}, now: () => now });
    expect(await ask('2')).toBe(false);
    now += ROLE_MS + 1;
    expect(await ask('2')).toBe(true);
  });

  it('goes to another half a second after it was given up, and only what is its own can an edge give up', async () => {
    expect(await ask('1')).toBe(true);
    const release = async (n: string): Promise<void> => {
      const datapath_id = await idOf(model, 'datapaths', `dp-${n}`);
      const released = [await mappingId('vt-1')];
      await keeper.ask({ type: 'roles', request: 1, datapath_id, wanted: [], released });
    };
    await release('2');
    now += 501;
    expect(await ask('2')).toBe(false);
    await release('1');
    expect(await ask('2')).toBe(false);
    now += 501;
    expect(await ask('2')).toBe(true);
    await release('2');
    expect(await ask('2')).toBe(true);
    now += 501;
    expect(await ask('1')).toBe(false);
  });

  it('is free when one that goes on by itself has given it up', async () => {
    expect(await ask('1', true)).toBe(true);
    const released = [await mappingId('vt-1')];
    const datapath_id = await idOf(model, 'datapaths', 'dp-1');
    await keeper.ask({ type: 'roles', request: 1, datapath_id, wanted: [], released });
    expect(await model.ok('edge_roles.list')).toMatchObject({ items: [{ datapath_uuid: 'dp-1', alone: false }] });
    now += 501;
    expect(await ask('2', true)).toBe(true);
  });

  it('goes to another half a second after its mapping was deleted', async () => {
    expect(await ask('1', true)).toBe(true);
    await model.ok('vlan_translations.delete', { uuid: 'vt-1' });
    expect(await ask('2')).toBe(false);
    now += 499;
    expect(await ask('2')).toBe(false);
    now += 1;
    expect(await ask('2')).toBe(true);
  });

  it('is that of the first edge from the beginning, if its port is there', async () => {
    const roles = async () => (await model.ok('edge_roles.list'))['items'];
    expect(await roles()).toEqual([]);
    const interface_id = await idOf(model, 'interfaces', 'if-edge1');
    const plug = { interface_id, port_name: 'trunk', port_number: 7, claim: 'one' };
    await model.facts('dp-1', { interfaces: [plug] });
    await map('1', 300, 'vt-new');
    expect(await roles()).toMatchObject([{ vlan_id: 300, datapath_uuid: 'dp-1', alone: true }]);
    await map('2', 300, 'vt-late');
    expect(await roles()).toHaveLength(1);
  });
});
