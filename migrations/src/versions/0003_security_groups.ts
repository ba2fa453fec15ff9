import type { Knex } from 'knex';

/** Groups that are there already go on as before: their members accept each other. */
export const securityGroups = {
  name: '0003_security_groups',

  async up(db: Knex): Promise<void> {
    await db.schema.alterTable('security_groups', (table) => {
      table.boolean('trust_members').notNullable().defaultTo(true);
      table.boolean('log').notNullable().defaultTo(false);
    });
    await db.schema.alterTable('interfaces', (table) => void table.boolean('log').notNullable().defaultTo(false));
  },

  async down(db: Knex): Promise<void> {
    await db.schema.alterTable('interfaces', (table) => void table.dropColumn('log'));
    await db.schema.alterTable('security_groups', (table) => void table.dropColumns('trust_members', 'log'));
  },
};
