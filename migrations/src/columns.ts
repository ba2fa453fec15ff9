/** The columns that tables are made of, equal on SQLite and MySQL. */
import type { Knex } from 'knex';

type Table = Knex.CreateTableBuilder;

/** Longest uuid: prefix, dash, 16 characters. */
const UUID_LENGTH = 32;

export function uuid(table: Table): void {
  table.string('uuid', UUID_LENGTH).notNullable().unique();
}

/** Numeric ids of other rows. Indexed: cascades and joins look them up. */
export function references(table: Table, ...columns: string[]): void {
  for (const column of columns) table.integer(column).unsigned().notNullable().index();
}

export function optionalReferences(table: Table, ...columns: string[]): void {
  for (const column of columns) table.integer(column).unsigned().nullable().index();
}

/** IPv4 and MAC addresses, as numbers. */
export function address(table: Table, column: string): Knex.ColumnBuilder {
  return table.bigInteger(column).notNullable();
}

/** Epoch milliseconds. */
export function time(table: Table, column: string): void {
  table.bigInteger(column).notNullable();
}

/**
 * A table of the model: an id that is never used again, and times.
 * Texts compare byte by byte on both databases.
 */
export async function createTable(db: Knex, name: string, columns: (table: Table) => void): Promise<void> {
  await db.schema.createTable(name, (table) => {
    binaryTexts(db, table);
    table.increments('id');
    columns(table);
    time(table, 'created_at');
    time(table, 'updated_at');
  });
}

export function binaryTexts(db: Knex, table: Table): void {
  if (!(db.client as { config: { client: string } }).config.client.startsWith('mysql')) return;
  table.charset('utf8mb4');
  table.collate('utf8mb4_bin');
}
