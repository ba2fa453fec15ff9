import { OVS_TABLES } from './ovs-tables.ts';
import { PLAIN_TABLES } from './plain-tables.ts';
import type { TableDeclaration } from './table.ts';

/** A declared table with its name. */
export interface Table extends Omit<TableDeclaration, 'next' | 'miss'> {
  readonly name: string;
  readonly next: readonly TableName[];
  readonly miss: TableName | 'drop';
}

const all = { ...OVS_TABLES, ...PLAIN_TABLES } as const;

export type TableName = keyof typeof all;

export const TABLES = Object.fromEntries(
  Object.entries(all).map(([name, table]) => [name, { name, ...table }]),
) as unknown as { readonly [N in TableName]: Table & { readonly name: N } };

const tablesOf = (names: object): readonly (Table & { readonly name: TableName })[] =>
  Object.keys(names)
    .map((name) => TABLES[name as TableName])
    .sort((a, b) => a.id - b.id);

/** The tables by their ids. Each switch has one of these pipelines: with the extensions of Open vSwitch, or with plain OpenFlow 1.3 alone. */
export const PIPELINES = { ovs: tablesOf(OVS_TABLES), plain: tablesOf(PLAIN_TABLES) } as const;

export type Pipeline = keyof typeof PIPELINES;
