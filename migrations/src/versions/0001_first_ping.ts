import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { address, binaryTexts, createTable, optionalReferences, references, time, uuid } from '../columns.ts';

const tables: Readonly<Record<string, (table: Knex.CreateTableBuilder) => void>> = {
  datapaths: (table) => {
    uuid(table);
    table.string('display_name').notNullable();
    table.string('dpid', 18).notNullable().unique();
    table.string('node_id').notNullable();
    table.boolean('enable_ovs_learn_action').notNullable();
  },
  networks: (table) => {
    uuid(table);
    table.string('display_name').notNullable();
    address(table, 'ipv4_network');
    table.integer('ipv4_prefix').notNullable();
    table.string('mode', 32).nullable();
    table.string('domain_name').notNullable();
    table.integer('requested_mtu').nullable();
    table.integer('mtu').notNullable();
    table.index(['ipv4_network', 'ipv4_prefix']);
  },
  interfaces: (table) => {
    uuid(table);
    table.string('mode', 32).notNullable();
    table.string('display_name').nullable();
    table.string('iface_id').nullable().unique();
    table.boolean('enable_routing').notNullable();
    table.boolean('enable_route_translation').notNullable();
    table.boolean('enable_filtering').notNullable();
    table.boolean('enable_legacy_filtering').notNullable();
  },
  interface_ports: (table) => {
    references(table, 'interface_id');
    optionalReferences(table, 'datapath_id');
    table.string('port_name').nullable();
    table.boolean('singular').nullable();
    table.string('interface_mode', 32).notNullable();
    table.unique(['interface_id', 'datapath_id']);
    table.unique(['port_name', 'datapath_id', 'singular']);
  },
  mac_addresses: (table) => {
    uuid(table);
    address(table, 'mac_address');
    table.unique(['mac_address']);
  },
  mac_leases: (table) => {
    uuid(table);
    references(table, 'interface_id');
    table.integer('mac_address_id').unsigned().notNullable().unique();
    address(table, 'mac_address');
  },
  ip_addresses: (table) => {
    references(table, 'network_id');
    address(table, 'ipv4_address');
    table.unique(['network_id', 'ipv4_address']);
  },
  ip_leases: (table) => {
    uuid(table);
    optionalReferences(table, 'interface_id', 'mac_lease_id');
    table.integer('ip_address_id').unsigned().notNullable().unique();
    table.boolean('enable_routing').notNullable();
    references(table, 'network_id');
    address(table, 'ipv4_address');
  },
  mac_range_groups: (table) => {
    uuid(table);
    table.string('allocation_type').notNullable();
  },
  mac_ranges: (table) => {
    uuid(table);
    references(table, 'mac_range_group_id');
    address(table, 'begin_mac_address');
    address(table, 'end_mac_address');
  },
  topologies: (table) => {
    uuid(table);
    table.string('mode', 32).notNullable();
  },
  topology_datapaths: (table) => {
    references(table, 'topology_id', 'datapath_id', 'interface_id', 'ip_lease_id');
    table.unique(['topology_id', 'datapath_id']);
  },
  topology_networks: (table) => {
    references(table, 'topology_id', 'network_id');
    table.unique(['topology_id', 'network_id']);
  },
  topology_mac_range_groups: (table) => {
    references(table, 'topology_id', 'mac_range_group_id');
    table.unique(['topology_id', 'mac_range_group_id']);
  },
  topology_layers: (table) => {
    references(table, 'overlay_id', 'underlay_id');
    table.unique(['overlay_id', 'underlay_id']);
  },
  datapath_networks: (table) => {
    references(table, 'datapath_id', 'network_id', 'interface_id');
    table.integer('mac_address_id').unsigned().notNullable().unique();
    address(table, 'mac_address');
    optionalReferences(table, 'ip_lease_id', 'topology_id', 'topology_layer_id', 'topology_mac_range_group_id');
    table.unique(['datapath_id', 'network_id']);
  },
  active_interfaces: (table) => {
    references(table, 'interface_id', 'datapath_id');
    table.string('port_name').nullable();
    table.bigInteger('port_number').nullable();
    table.boolean('singular').nullable();
    table.string('claim').nullable();
    table.unique(['interface_id', 'datapath_id']);
    table.unique(['interface_id', 'singular']);
  },
  active_networks: (table) => {
    references(table, 'network_id', 'datapath_id');
    table.unique(['network_id', 'datapath_id']);
  },
};

/** Numbered without gaps; number 0 is the beginning, and its request id names this history among all databases. */
async function createRevisions(db: Knex): Promise<void> {
  await db.schema.createTable('revisions', (table) => {
    binaryTexts(db, table);
    table.bigInteger('id').primary();
    time(table, 'time');
    table.string('who').notNullable();
    table.string('request_id').notNullable();
    table.index(['time']);
  });
  await db('revisions').insert({ id: 0, time: Date.now(), who: 'vnmgr', request_id: randomUUID() });
}

/** The change stream, the audit trail and the history: each row before and after, as JSON. */
async function createChanges(db: Knex): Promise<void> {
  await db.schema.createTable('changes', (table) => {
    binaryTexts(db, table);
    table.bigIncrements('id');
    table.bigInteger('revision').notNullable().index();
    table.string('entity', 64).notNullable();
    table.integer('row_id').unsigned().notNullable();
    table.string('operation', 16).notNullable();
    table.text('before', 'mediumtext').nullable();
    table.text('after', 'mediumtext').nullable();
    table.index(['entity', 'row_id']);
  });
}

/** Exclusive roles. `epoch` grows with each new owner and fences off the ones before. */
async function createLeases(db: Knex): Promise<void> {
  await db.schema.createTable('leases', (table) => {
    binaryTexts(db, table);
    table.string('name', 64).primary();
    table.string('owner').notNullable();
    table.bigInteger('epoch').notNullable();
    time(table, 'expires');
  });
}

export const firstPing = {
  name: '0001_first_ping',

  async up(db: Knex): Promise<void> {
    for (const [name, columns] of Object.entries(tables)) await createTable(db, name, columns);
    await createRevisions(db);
    await createChanges(db);
    await createLeases(db);
  },

  async down(db: Knex): Promise<void> {
    for (const name of ['leases', 'changes', 'revisions', ...Object.keys(tables).reverse()]) {
      await db.schema.dropTable(name);
    }
  },
};
