import type { Knex } from 'knex';

/** Legacy machines are found by their address when another one says that it has it. */
export const edgeAddresses = {
  name: '0007_edge_addresses',

  async up(db: Knex): Promise<void> {
    await db.schema.alterTable('edge_hosts', (table) => {
      table.index(['ipv4_address'], 'edge_hosts_address');
    });
  },

  async down(db: Knex): Promise<void> {
    await db.schema.alterTable('edge_hosts', (table) => {
      table.dropIndex(['ipv4_address'], 'edge_hosts_address');
    });
  },
};
