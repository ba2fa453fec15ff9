/** The words rules are written in. A rule is a function over one edit; it never talks to anything but the database. */
import type { EntityName, NewRow, Patch, Row } from '@vnet/model';
import type { Queries } from '../store/queries.ts';
import type { Change, Transaction } from '../store/transaction.ts';

/** A row on its way: what the request or another rule gave, to be completed by the entity's rule. */
export type Draft<E extends EntityName> = Partial<NewRow<E>>;

export interface MacRange {
  readonly begin: number;
  readonly end: number;
}

/** Settings of the manager that rules look at. */
export interface Settings {
  /** uuid of the group that MACs of datapaths come from; the built-in range otherwise. */
  readonly datapathMacGroup?: string | undefined;
}

/** Changes to the model in one transaction, under its rules. */
export interface Edit {
  readonly tx: Transaction;
  readonly settings: Settings;
  /**
   * Completes a row by its entity's rule, makes the rows that it owns, and inserts it.
   * @throws {VnetError} for what the rules refuse, DuplicateUUID, RelationAlreadyExists
   */
  insert<E extends EntityName>(entity: E, draft: Draft<E>): Promise<Row<E>>;
  /** The same for many rows that do not depend on each other, in a few statements. */
  insertAll<E extends EntityName>(entity: E, drafts: readonly Draft<E>[]): Promise<Row<E>[]>;
  /** A row as it would be inserted, without what it owns. */
  complete<E extends EntityName>(entity: E, draft: Draft<E>): Promise<Draft<E>>;
  update<E extends EntityName>(entity: E, row: Row<E>, patch: Patch<E>): Promise<Row<E>>;
  /** Gives a row another uuid. */
  rename<E extends EntityName>(entity: E, row: Row<E>, uuid: string): Promise<Row<E>>;
  /** Removes rows with everything that refers to them and everything they own. */
  remove<E extends EntityName>(entity: E, rows: readonly Row<E>[]): Promise<void>;
}

/** Fills in and checks a new row of one entity. The uuid is there already. */
export type Completion<E extends EntityName> = (edit: Edit, draft: Draft<E>) => Promise<Draft<E>>;

/** What requests carried besides columns, uuids made ids: `topology_uuid` is `topology_id` here. */
export type Extra = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** A row that a request made, with what else the request carried. */
export interface Made<E extends EntityName> {
  readonly row: Row<E>;
  readonly extra: Extra;
}

/** What requests for one entity do besides writing its columns. */
export interface RequestRule<E extends EntityName> {
  readonly prepare?: (draft: Draft<E>, extra: Extra) => Draft<E>;
  /** After the rows stand; of one request, or of all in one document. */
  readonly created?: (edit: Edit, made: readonly Made<E>[]) => Promise<void>;
  /** In place of `created` when a document says that the rows be: what they would bring with them is in it too. */
  readonly declared?: (edit: Edit, made: readonly Made<E>[]) => Promise<void>;
  readonly updated?: (edit: Edit, row: Row<E>, extra: Extra) => Promise<void>;
  /** The row follows from others: a document neither has it nor takes it away. */
  readonly implied?: (row: Row<E>) => boolean;
  /**
   * What the row has of the things that only requests carry, by the names of the parameters. What is absent there is of no
   * meaning for a row that is made.
   */
  readonly current?: (tx: Queries, rows: readonly Row<E>[]) => Promise<ReadonlyMap<number, Extra>>;
}

/** Checks a changed row, and changes more of it. */
export type Revision<E extends EntityName> = (edit: Edit, row: Row<E>, patch: Patch<E>) => Promise<Patch<E>>;

/** Before rows are deleted for their own sake, not because something that they refer to is. */
export type Departure<E extends EntityName> = (edit: Edit, rows: readonly Row<E>[]) => Promise<void>;

/** Draws consequences from changes of other rows, within the same transaction, until nothing changes any more. */
export interface Reaction {
  readonly on: readonly EntityName[];
  readonly run: (edit: Edit, changes: readonly Change[]) => Promise<void>;
}

/** Changes the model when a time has come; runs in the manager that has the right to write. */
export interface BackgroundRule {
  /** For the log of revisions. */
  readonly name: string;
  /** Entities whose changes may bring another time. */
  readonly on: readonly EntityName[];
  /** Epoch milliseconds; undefined when nothing is to come. */
  readonly due: (queries: Queries) => Promise<number | undefined>;
  readonly run: (edit: Edit) => Promise<void>;
}

/** A change of this entity, with its types. */
export interface ChangeOf<E extends EntityName> {
  readonly id: number;
  readonly before: Row<E> | null;
  readonly after: Row<E> | null;
}

/** The changes of one entity among others. */
export function changesOf<E extends EntityName>(entity: E, changes: readonly Change[]): ChangeOf<E>[] {
  return changes.filter((change) => change.entity === entity) as unknown as ChangeOf<E>[];
}

/** The rows before and after each change. */
export function sidesOf<E extends EntityName>(entity: E, changes: readonly Change[]): Row<E>[] {
  return changesOf(entity, changes)
    .flatMap(({ before, after }) => [before, after])
    .filter((row) => row !== null);
}
