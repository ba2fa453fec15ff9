import { type EntityName, type Row, declarationOf, entityNames } from '@vnet/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Body, type TestModel, openModel } from '../../test/model.ts';
import { Replica, wireRow } from '../scopes/replica.ts';
import { revisionsSince } from '../store/history.ts';
import { DEFAULT_MTU, GRE_OVERHEAD } from './mtu.ts';

const runs = process.env['VNET_FUZZ'] === 'full' ? 5_000 : 40;

type Tables = { readonly [E in EntityName]: Row<E>[] };

async function readAll({ store }: TestModel): Promise<Tables> {
  const tables = await Promise.all(
    entityNames.map(async (entity) => [entity, await store.reader.all(entity)] as const),
  );
  return Object.fromEntries(tables) as unknown as Tables;
}

/** Every reference points to a row that is there, and every owned row has exactly one owner with its values. */
function checkReferences(tables: Tables): void {
  for (const entity of entityNames) {
    for (const [column, { to, owned }] of Object.entries(declarationOf(entity).fields)) {
      if (to === undefined) continue;
      const target = tables[to as EntityName] as readonly Row[];
      const ids = (tables[entity] as unknown as Record<string, number | null>[]).map((row) => row[column]);
      const known = new Set(target.map((row) => row.id));
      expect(
        ids.filter((id) => id != null && !known.has(id)),
        `${entity}.${column}`,
      ).toEqual([]);
      if (owned === true) expect(new Set(ids).size).toBe(ids.length);
    }
  }
  const { mac_address, mac_lease, datapath_network, ip_address, ip_lease } = tables;
  const macs = (rows: readonly { mac_address: number }[]) => rows.map((row) => row.mac_address).sort();
  expect(macs(mac_address)).toEqual(macs([...mac_lease, ...datapath_network]));
  const ips = (rows: readonly { network_id: number; ipv4_address: number }[]) =>
    rows.map((row) => `${row.network_id}/${row.ipv4_address}`).sort();
  expect(ips(ip_address)).toEqual(ips(ip_lease));
}

/** The MTU by its definition, from all rows. */
function checkMtu(tables: Tables): void {
  const networkOf = (lease: number | null) => tables.ip_lease.find((row) => row.id === lease)?.network_id;
  for (const network of tables.network) {
    const overlays = tables.topology_network.filter((row) => row.network_id === network.id);
    const layers = tables.topology_layer.filter((row) => overlays.some((each) => each.topology_id === row.overlay_id));
    const hosts = [
      ...tables.datapath_network.filter((row) => row.network_id === network.id),
      ...tables.topology_datapath.filter((row) => layers.some((layer) => layer.underlay_id === row.topology_id)),
    ];
    const physical = [...new Set(hosts.map((row) => networkOf(row.ip_lease_id)))].filter((id) => id !== network.id);
    const mtus = tables.network.filter((row) => physical.includes(row.id)).map((row) => row.mtu);
    const possible = mtus.length > 1 ? Math.min(...mtus) - GRE_OVERHEAD : (mtus[0] ?? DEFAULT_MTU);
    const wanted = network.requested_mtu ?? possible;
    const expected = network.mode === 'physical' ? (network.requested_mtu ?? DEFAULT_MTU) : Math.min(wanted, possible);
    expect(network.mtu, network.uuid).toBe(expected);
  }
}

/** Active pairs have a row exactly when one is implied or made by hand; a topology's row is one that is implied. */
function checkTopologies(tables: Tables): void {
  const implied = (datapath: number, network: number) =>
    tables.topology_network
      .filter((row) => row.network_id === network)
      .flatMap(({ topology_id }) => tables.topology_layer.filter((row) => row.overlay_id === topology_id))
      .flatMap(({ id, underlay_id }) =>
        tables.topology_datapath
          .filter((row) => row.topology_id === underlay_id && row.datapath_id === datapath)
          .filter(() => tables.topology_mac_range_group.some((row) => row.topology_id === underlay_id))
          .map(({ interface_id, ip_lease_id }) => ({ topology_layer_id: id, interface_id, ip_lease_id })),
      );
  for (const { datapath_id, network_id } of tables.active_network) {
    const rows = tables.datapath_network.filter(
      (row) => row.datapath_id === datapath_id && row.network_id === network_id,
    );
    const isManual = rows.some((row) => row.topology_id === null);
    expect(rows).toHaveLength(isManual || implied(datapath_id, network_id).length > 0 ? 1 : 0);
  }
  for (const row of tables.datapath_network.filter((each) => each.topology_id !== null)) {
    const { topology_layer_id, interface_id, ip_lease_id } = row;
    expect(implied(row.datapath_id, row.network_id)).toContainEqual({ topology_layer_id, interface_id, ip_lease_id });
  }
}

/** An interface lives in one place, and somewhere as long as any port is left. */
function checkPlaces({ active_interface: rows }: Tables): void {
  for (const { interface_id } of rows) {
    expect(rows.filter((row) => row.interface_id === interface_id && row.singular === true)).toHaveLength(1);
  }
}

const pick = (...values: string[]) => fc.constantFrom(...values);
const datapath = pick('dp-1', 'dp-2');
const network = pick('nw-p1', 'nw-p2', 'nw-v1', 'nw-v2');
const machine = pick('if-1', 'if-2', 'if-3');
const underlay = pick('topo-u1', 'topo-u2');
const overlay = pick('topo-o1', 'topo-o2');
const mac = pick('02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:03', '02:00:00:00:00:04');
const ip = pick('10.0.0.1', '10.0.0.2', '10.0.0.3');

const requests: Readonly<Record<string, Record<string, fc.Arbitrary<unknown>>>> = {
  'datapaths.create': { uuid: datapath, display_name: pick('d'), node_id: pick('n'), dpid: pick('1', '2') },
  'datapaths.delete': { uuid: datapath },
  'networks.create': { uuid: network, mode: pick('physical', 'virtual'), ipv4_network: pick('10.0.0.0') },
  'networks.update': { uuid: network, mtu: fc.constantFrom(null, 1000, 1400, 9000) },
  'networks.delete': { uuid: network },
  'interfaces.create': {
    uuid: machine,
    mode: pick('host', 'host', 'vif'),
    mac_address: mac,
    network_uuid: network,
    ipv4_address: ip,
  },
  'interfaces.delete': { uuid: machine },
  'ip_leases.create': { uuid: pick('il-1', 'il-2'), network_uuid: network, ipv4_address: ip, interface_uuid: machine },
  'ip_leases.release': { uuid: pick('il-1', 'il-2') },
  'ip_leases.attach': { uuid: pick('il-1', 'il-2'), interface_uuid: machine },
  'ip_leases.delete': { uuid: pick('il-1', 'il-2') },
  'mac_range_groups.create': { uuid: pick('mrg-1') },
  'mac_range_groups.mac_ranges.create': {
    uuid: pick('mrg-1'),
    begin_mac_address: pick('02:aa:00:00:00:00'),
    end_mac_address: pick('02:aa:00:00:00:ff'),
  },
  'topologies.create': {
    uuid: pick('topo-u1', 'topo-u2', 'topo-o1', 'topo-o2'),
    mode: pick('simple_underlay', 'simple_overlay'),
  },
  'topologies.delete': { uuid: pick('topo-u1', 'topo-u2', 'topo-o1', 'topo-o2') },
  'topologies.underlays.create': { uuid: overlay, underlay_uuid: underlay },
  'topologies.underlays.delete': { uuid: overlay, underlay_uuid: underlay },
  'topologies.networks.create': { uuid: overlay, network_uuid: network },
  'topologies.networks.delete': { uuid: overlay, network_uuid: network },
  'topologies.datapaths.create': { uuid: underlay, datapath_uuid: datapath, interface_uuid: machine },
  'topologies.datapaths.delete': { uuid: underlay, datapath_uuid: datapath },
  'topologies.mac_range_groups.create': { uuid: underlay, mac_range_group_uuid: pick('mrg-1') },
  'topologies.mac_range_groups.delete': { uuid: underlay, mac_range_group_uuid: pick('mrg-1') },
  'datapaths.networks.create': { uuid: datapath, network_uuid: network, interface_uuid: machine },
  'datapaths.networks.delete': { uuid: datapath, network_uuid: network },
};

type Step = (model: TestModel) => Promise<unknown>;

const request: fc.Arbitrary<Step> = fc
  .oneof(...Object.entries(requests).map(([name, params]) => fc.tuple(fc.constant(name), fc.record(params))))
  .map(
    ([name, params]) =>
      (model) =>
        model.call(name, params),
  );

const facts: fc.Arbitrary<Step> = fc
  .record({
    datapath,
    full: fc.boolean(),
    ids: fc.subarray([1, 2, 3]),
    gone: fc.subarray([1, 2, 3]),
    claim: pick('a', 'b'),
  })
  .map(({ datapath: uuid, full, ids, gone, claim }) => async (model) => {
    if ((await model.store.reader.first('datapath', { uuid })) === undefined) return;
    const interfaces = ids.map((id) => ({
      interface_id: id,
      port_name: 'p',
      port_number: 1,
      claim: `${uuid}${claim}`,
    }));
    await model.facts(uuid, { full, interfaces, gone_interfaces: gone, networks: ids, gone_networks: gone });
  });

/** What most requests need to be more than refused. */
const site: readonly (readonly [string, Body])[] = [
  ['datapaths.create', { uuid: 'dp-1', display_name: 'd', node_id: 'n', dpid: '1' }],
  ['networks.create', { uuid: 'nw-p1', mode: 'physical', ipv4_network: '10.0.0.0' }],
  ['networks.create', { uuid: 'nw-v1', mode: 'virtual', ipv4_network: '10.0.0.0' }],
  ['mac_range_groups.create', { uuid: 'mrg-1' }],
  [
    'mac_range_groups.mac_ranges.create',
    { uuid: 'mrg-1', begin_mac_address: '02:aa:00:00:00:00', end_mac_address: '02:aa:00:00:00:ff' },
  ],
  ['topologies.create', { uuid: 'topo-u1', mode: 'simple_underlay' }],
  ['topologies.create', { uuid: 'topo-o1', mode: 'simple_overlay' }],
];

describe('whatever is asked for', () => {
  it('fuzz: the model stays whole, and its replica is the same as one loaded anew', async () => {
    const steps = fc.array(fc.oneof({ weight: 5, arbitrary: request }, { weight: 1, arbitrary: facts }), {
      minLength: 10,
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const model = await openModel('sqlite::memory:');
        for (const [endpoint, params] of site) await model.ok(endpoint, params);
        for (const step of sequence) {
          await step(model);
          const tables = await readAll(model);
          checkReferences(tables);
          checkMtu(tables);
          checkTopologies(tables);
          checkPlaces(tables);
        }
        const live = new Replica();
        for (const revision of model.revisions) live.apply(revision);
        const recent = await revisionsSince(model.database.knex, 0);
        const loaded = await Replica.load(model.store.reader, model.store.revision, recent.slice(-5));
        const scopes = ['datapath/1', 'datapath/2', 'network/1', 'network/2', 'network/3', 'interface/if-1'];
        const rows = (replica: Replica) =>
          [...replica.snapshot(scopes)].map((node) => JSON.stringify([node.entity, wireRow(node)])).sort();
        expect(rows(loaded)).toEqual(rows(live));
        await model.close();
      }),
      { numRuns: runs, seed: 5 },
    );
  }, 900_000);
});
