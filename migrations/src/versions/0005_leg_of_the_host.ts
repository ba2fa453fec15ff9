import type { Knex } from 'knex';

/** Where the device of an internal interface is. */
export const legOfTheHost = {
  name: '0005_leg_of_the_host',

  async up(db: Knex): Promise<void> {
    await db.schema.alterTable('interfaces', (table) => {
      table.string('netns').nullable();
    });
  },

  async down(db: Knex): Promise<void> {
    await db.schema.alterTable('interfaces', (table) => {
      table.dropColumn('netns');
    });
  },
};
