import type { Knex } from 'knex';
import { address, createTable, optionalReferences, references, uuid } from '../columns.ts';

type Columns = (table: Knex.CreateTableBuilder) => void;

/** Names of several columns together are too long for MySQL: `UNIQUE` of a table's key is named after the table. */
function uniqueKey(table: Knex.CreateTableBuilder, name: string, columns: string[]): void {
  table.unique(columns, { indexName: `${name}_key` });
}

function datapathLink(name: string, other: string): Columns {
  return (table) => {
    references(table, 'datapath_id', other, 'interface_id');
    table.integer('mac_address_id').unsigned().notNullable().unique();
    address(table, 'mac_address');
    optionalReferences(table, 'ip_lease_id', 'topology_id', 'topology_layer_id', 'topology_mac_range_group_id');
    uniqueKey(table, name, ['datapath_id', other]);
  };
}

function interfaceLink(name: string, other: string): Columns {
  return (table) => {
    references(table, 'interface_id', other);
    table.boolean('static').notNullable();
    uniqueKey(table, name, ['interface_id', other]);
  };
}

function pair(name: string, one: string, other: string): Columns {
  return (table) => {
    references(table, one, other);
    uniqueKey(table, name, [one, other]);
  };
}

/** The columns of the pair that the index names of knex would make too long. */
function leasePolicyContainer(container: string, short: string, label: boolean): Columns {
  return (table) => {
    references(table, 'lease_policy_id');
    table.integer(`${container}_id`).unsigned().notNullable().index(`${short}_container`);
    if (label) table.string('label').nullable();
    uniqueKey(table, short, ['lease_policy_id', `${container}_id`]);
  };
}

const tables: Readonly<Record<string, Columns>> = {
  segments: (table) => {
    uuid(table);
    table.string('mode', 32).notNullable();
  },
  route_links: (table) => {
    uuid(table);
    table.integer('mac_address_id').unsigned().notNullable().unique();
    address(table, 'mac_address');
  },
  routes: (table) => {
    uuid(table);
    references(table, 'route_link_id', 'network_id', 'interface_id');
    table.string('mode', 32).notNullable();
    address(table, 'ipv4_network');
    table.integer('ipv4_prefix').notNullable();
    table.boolean('ingress').notNullable();
    table.boolean('egress').notNullable();
  },
  network_services: (table) => {
    uuid(table);
    table.string('display_name').nullable();
    table.string('mode', 32).notNullable();
    optionalReferences(table, 'interface_id');
    table.integer('incoming_port').nullable();
    table.integer('outgoing_port').nullable();
  },
  dns_services: (table) => {
    uuid(table);
    table.integer('network_service_id').unsigned().notNullable().unique();
    table.string('public_dns').nullable();
  },
  dns_records: (table) => {
    uuid(table);
    references(table, 'dns_service_id');
    table.string('name').notNullable();
    address(table, 'ipv4_address');
    table.bigInteger('ttl').nullable();
  },
  filters: (table) => {
    uuid(table);
    table.string('mode', 32).notNullable();
    references(table, 'interface_id');
    table.boolean('ingress_passthrough').notNullable();
    table.boolean('egress_passthrough').notNullable();
  },
  filter_statics: (table) => {
    references(table, 'filter_id');
    table.string('protocol', 16).notNullable();
    table.string('action', 16).notNullable();
    address(table, 'src_address');
    address(table, 'dst_address');
    table.integer('src_prefix').notNullable();
    table.integer('dst_prefix').notNullable();
    table.integer('src_port').nullable();
    table.integer('dst_port').nullable();
    table.index(['filter_id', 'src_address', 'dst_address'], 'filter_statics_rule');
  },
  translations: (table) => {
    uuid(table);
    table.string('mode', 32).notNullable();
    references(table, 'interface_id');
    table.boolean('passthrough').notNullable();
  },
  translation_static_addresses: (table) => {
    references(table, 'translation_id');
    optionalReferences(table, 'route_link_id', 'ingress_network_id', 'egress_network_id');
    address(table, 'ingress_ipv4_address');
    address(table, 'egress_ipv4_address');
    table.integer('ingress_port_number').nullable();
    table.integer('egress_port_number').nullable();
  },
  vlan_translations: (table) => {
    uuid(table);
    references(table, 'translation_id');
    table.bigInteger('mac_address').nullable();
    table.integer('vlan_id').nullable();
    optionalReferences(table, 'network_id', 'segment_id');
    uniqueKey(table, 'vlan_translations', ['translation_id', 'vlan_id']);
  },
  security_groups: (table) => {
    uuid(table);
    table.string('display_name').notNullable();
    table.text('rules', 'mediumtext').notNullable();
    table.string('description').nullable();
  },
  interface_security_groups: pair('interface_security_groups', 'interface_id', 'security_group_id'),
  ip_range_groups: (table) => {
    uuid(table);
    table.string('allocation_type', 32).notNullable();
  },
  ip_ranges: (table) => {
    uuid(table);
    references(table, 'ip_range_group_id');
    address(table, 'begin_ipv4_address');
    address(table, 'end_ipv4_address');
  },
  ip_lease_containers: uuid,
  ip_lease_container_ip_leases: (table) => {
    references(table, 'ip_lease_container_id', 'ip_lease_id');
    uniqueKey(table, 'ip_lease_container_ip_leases', ['ip_lease_container_id', 'ip_lease_id']);
  },
  ip_retention_containers: (table) => {
    uuid(table);
    table.bigInteger('lease_time').nullable();
    table.bigInteger('grace_time').nullable();
  },
  ip_retentions: (table) => {
    references(table, 'ip_lease_id', 'ip_retention_container_id');
    table.bigInteger('leased_at').nullable();
    table.bigInteger('released_at').nullable();
    uniqueKey(table, 'ip_retentions', ['ip_lease_id', 'ip_retention_container_id']);
  },
  lease_policies: (table) => {
    uuid(table);
    table.string('mode', 32).notNullable();
    table.string('timing', 32).notNullable();
  },
  lease_policy_base_networks: (table) => references(table, 'lease_policy_id', 'network_id', 'ip_range_group_id'),
  lease_policy_base_interfaces: (table) => {
    references(table, 'lease_policy_id', 'interface_id');
    table.string('label').nullable();
  },
  lease_policy_ip_lease_containers: leasePolicyContainer('ip_lease_container', 'lease_policy_ilc', true),
  lease_policy_ip_retention_containers: leasePolicyContainer('ip_retention_container', 'lease_policy_irc', false),
  topology_segments: pair('topology_segments', 'topology_id', 'segment_id'),
  topology_route_links: pair('topology_route_links', 'topology_id', 'route_link_id'),
  interface_networks: interfaceLink('interface_networks', 'network_id'),
  interface_segments: interfaceLink('interface_segments', 'segment_id'),
  interface_route_links: interfaceLink('interface_route_links', 'route_link_id'),
  datapath_segments: datapathLink('datapath_segments', 'segment_id'),
  datapath_route_links: datapathLink('datapath_route_links', 'route_link_id'),
  active_segments: pair('active_segments', 'segment_id', 'datapath_id'),
  active_route_links: pair('active_route_links', 'route_link_id', 'datapath_id'),
};

/** Every lease is an association of its interface; those that were there before get theirs here. */
async function associateLeases(db: Knex): Promise<void> {
  const now = Date.now();
  const leases = db('ip_leases').whereNotNull('interface_id').distinct('interface_id', 'network_id');
  const rows = leases.select(db.raw('?, ?, ?', [false, now, now]));
  await db(db.raw('interface_networks (interface_id, network_id, static, created_at, updated_at)')).insert(rows);
}

export const wholeModel = {
  name: '0002_whole_model',

  async up(db: Knex): Promise<void> {
    for (const [name, columns] of Object.entries(tables)) await createTable(db, name, columns);
    await db.schema.alterTable('networks', (table) => optionalReferences(table, 'segment_id'));
    await db.schema.alterTable('mac_leases', (table) => optionalReferences(table, 'segment_id'));
    await db.schema.alterTable('interfaces', (table) => void table.boolean('ingress_filtering_enabled').nullable());
    await db.schema.alterTable('changes', (table) => void table.string('uuid', 32).nullable().index());
    await associateLeases(db);
  },

  async down(db: Knex): Promise<void> {
    await db.schema.alterTable('changes', (table) => void table.dropColumn('uuid'));
    await db.schema.alterTable('interfaces', (table) => void table.dropColumn('ingress_filtering_enabled'));
    for (const name of ['mac_leases', 'networks']) {
      await db.schema.alterTable(name, (table) => void table.dropColumn('segment_id'));
    }
    for (const name of Object.keys(tables).reverse()) await db.schema.dropTable(name);
  },
};
