/** The database's migrations as a static list, so that they are type-checked and need no directory at run time. */
import type { Knex } from 'knex';
import { firstPing } from './versions/0001_first_ping.ts';
import { wholeModel } from './versions/0002_whole_model.ts';
import { securityGroups } from './versions/0003_security_groups.ts';
import { legOfTheHost } from './versions/0005_leg_of_the_host.ts';
import { edge } from './versions/0006_edge.ts';
import { edgeAddresses } from './versions/0007_edge_addresses.ts';

export interface NamedMigration {
  /** Never changes once released: the database remembers it. */
  readonly name: string;
  up(db: Knex): Promise<void>;
  down(db: Knex): Promise<void>;
}

/** In order of application. */
export const migrations: readonly NamedMigration[] = [
  firstPing,
  wholeModel,
  securityGroups,
  legOfTheHost,
  edge,
  edgeAddresses,
];

/** `knex.migrate.latest({ migrationSource })` applies what is pending. */
export const migrationSource: Knex.MigrationSource<NamedMigration> = {
  getMigrations: () => Promise.resolve([...migrations]),
  getMigrationName: ({ name }) => name,
  getMigration: (migration) => Promise.resolve(migration),
};
