import type { Knex } from 'knex';
import { address, createTable, optionalReferences, references, time } from '../columns.ts';

/** Legacy machines that edge hosts have seen, and which edge carries a VLAN. */
export const edge = {
  name: '0006_edge',

  async up(db: Knex): Promise<void> {
    await createTable(db, 'edge_hosts', (table) => {
      table.integer('vlan_id').notNullable();
      address(table, 'mac_address');
      table.bigInteger('ipv4_address').nullable();
      optionalReferences(table, 'network_id', 'segment_id');
      references(table, 'datapath_id');
      table.string('port_name').notNullable();
      table.string('refused').nullable();
      time(table, 'seen_at');
      table.unique(['mac_address'], { indexName: 'edge_hosts_key' });
    });
    await createTable(db, 'edge_roles', (table) => {
      table.integer('vlan_id').notNullable();
      optionalReferences(table, 'network_id', 'segment_id');
      references(table, 'datapath_id', 'vlan_translation_id');
      table.integer('epoch').notNullable();
      table.boolean('alone').notNullable();
      table.unique(['network_id', 'vlan_id'], { indexName: 'edge_roles_network_key' });
      table.unique(['segment_id', 'vlan_id'], { indexName: 'edge_roles_segment_key' });
    });
  },

  async down(db: Knex): Promise<void> {
    await db.schema.dropTable('edge_roles');
    await db.schema.dropTable('edge_hosts');
  },
};
