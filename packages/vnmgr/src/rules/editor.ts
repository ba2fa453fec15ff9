import {
  type EntityName,
  type NewRow,
  type Patch,
  type Row,
  VnetError,
  declarationOf,
  isEntityName,
} from '@vnet/model';
import { classify } from '../store/failures.ts';
import { turns } from '../store/queries.ts';
import type { Transaction } from '../store/transaction.ts';
import { planRemoval } from './cascade.ts';
import { completions, departures, reactions, revisions } from './index.ts';
import type { Completion, Departure, Draft, Edit, Revision, Settings } from './rule.ts';
import { refuseSame } from './same_child.ts';
import { explainDuplicate } from './uniqueness.ts';
import { newUuid } from './uuids.ts';

/** Drafts completed before others get a turn. */
const COMPLETED_AT_ONCE = 500;

/** More rounds of reactions than any chain of rules needs: a rule that never rests is a defect. */
const MAX_ROUNDS = 20;

type Columns = Readonly<Record<string, unknown>>;

/** Applies the rules to every change of one transaction. */
export class Editor implements Edit {
  readonly tx: Transaction;
  readonly settings: Settings;

  constructor(tx: Transaction, settings: Settings) {
    this.tx = tx;
    this.settings = settings;
  }

  async insert<E extends EntityName>(entity: E, draft: Draft<E>): Promise<Row<E>> {
    const [row] = await this.insertAll(entity, [draft]);
    return row!;
  }

  async insertAll<E extends EntityName>(entity: E, drafts: readonly Draft<E>[]): Promise<Row<E>[]> {
    if (drafts.length === 0) return [];
    const completed: Draft<E>[] = [];
    for await (const some of turns(drafts, COMPLETED_AT_ONCE)) {
      for (const draft of some) {
        completed.push(await this.complete(entity, draft));
        await refuseSame(this, entity, completed.at(-1)!);
      }
    }
    if (ownedRows(entity).length > 0) await this.#refuseTaken(entity, drafts);
    const whole = (await this.#withOwned(entity, completed)) as NewRow<E>[];
    return await this.#explained(entity, whole, () => this.tx.insert(entity, whole));
  }

  async complete<E extends EntityName>(entity: E, draft: Draft<E>): Promise<Draft<E>> {
    const { prefix } = declarationOf(entity);
    const completion: Completion<E> | undefined = completions[entity];
    const given = 'uuid' in draft && draft.uuid !== undefined;
    const named: Draft<E> = prefix === undefined || given ? draft : { ...draft, uuid: newUuid(prefix) };
    return completion === undefined ? named : await completion(this, named);
  }

  async rename<E extends EntityName>(entity: E, row: Row<E>, uuid: string): Promise<Row<E>> {
    const patch = { uuid } as unknown as Patch<E>;
    return await this.#explained(entity, [{ ...row, uuid }], () => this.tx.update(entity, row, patch));
  }

  async update<E extends EntityName>(entity: E, row: Row<E>, patch: Patch<E>): Promise<Row<E>> {
    const revision: Revision<E> | undefined = revisions[entity];
    const whole = revision === undefined ? patch : await revision(this, row, patch);
    await this.#updateOwned(entity, row, whole);
    return await this.#explained(entity, [{ ...row, ...whole }], () => this.tx.update(entity, row, whole));
  }

  async remove<E extends EntityName>(entity: E, rows: readonly Row<E>[]): Promise<void> {
    const departure: Departure<E> | undefined = departures[entity];
    await departure?.(this, rows);
    for (const removal of await planRemoval(this.tx, entity, rows)) await this.tx.remove(removal.entity, removal.rows);
  }

  /** Lets the reactions draw their consequences until there are none. */
  async settle(): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const changes = this.tx.takeJournal();
      if (changes.length === 0) return;
      for (const { on, run } of reactions) {
        const relevant = changes.filter(({ entity }) => on.includes(entity));
        if (relevant.length > 0) await run(this, relevant);
      }
    }
    throw new Error('the rules of the model did not come to rest');
  }

  /** A row that owns another (a lease its address) has its values in columns of the same names. */
  async #withOwned(entity: EntityName, drafts: readonly Columns[]): Promise<Columns[]> {
    let whole = [...drafts];
    for (const { column, to, names } of ownedRows(entity)) {
      const values = whole.map((draft) => Object.fromEntries(names.map((name) => [name, draft[name]])));
      const rows = await this.insertAll<EntityName>(to, values);
      whole = whole.map((draft, i) => ({ ...draft, [column]: rows[i]!.id }));
    }
    return whole;
  }

  /** A uuid that is taken is the error, not that the address is in use, by the very row that has the uuid. */
  async #refuseTaken(entity: EntityName, drafts: readonly Columns[]): Promise<void> {
    const uuids = drafts.flatMap(({ uuid }) => (typeof uuid === 'string' ? [uuid] : []));
    if (uuids.length === 0) return;
    const [taken] = await this.tx.allIn<EntityName>(entity, 'uuid', uuids);
    if (taken !== undefined && 'uuid' in taken) throw new VnetError('DuplicateUUID', taken.uuid);
  }

  async #updateOwned(entity: EntityName, row: Row, patch: Columns): Promise<void> {
    for (const { column, to, names } of ownedRows(entity)) {
      const changed = names.filter((name) => patch[name] !== undefined);
      const owned =
        changed.length === 0 ? undefined : await this.tx.get(to, (row as unknown as Columns)[column] as number);
      if (owned === undefined) continue;
      await this.update<EntityName>(to, owned, Object.fromEntries(changed.map((name) => [name, patch[name]])));
    }
  }

  async #explained<T>(entity: EntityName, rows: readonly Columns[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw classify(error) === 'duplicate' ? await explainDuplicate(this.tx, entity, rows) : error;
    }
  }
}

interface OwnedRow {
  readonly column: string;
  readonly to: EntityName;
  /** Columns that both have. */
  readonly names: readonly string[];
}

function ownedRows(entity: EntityName): OwnedRow[] {
  return Object.entries(declarationOf(entity).fields).flatMap(([column, { to, owned }]) =>
    owned === true && to !== undefined && isEntityName(to)
      ? [{ column, to, names: Object.keys(declarationOf(to).fields) }]
      : [],
  );
}
