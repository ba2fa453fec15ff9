import { type EntityName, type NewRow, type Patch, type Row, declarationOf, isEntityName } from '@vnet/model';
import { classify } from '../store/failures.ts';
import type { Transaction } from '../store/transaction.ts';
import { planRemoval } from './cascade.ts';
import { completions, reactions } from './index.ts';
import type { Completion, Draft, Edit, Settings } from './rule.ts';
import { explainDuplicate } from './uniqueness.ts';
import { newUuid } from './uuids.ts';

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
    const { prefix } = declarationOf(entity);
    const given = 'uuid' in draft && draft.uuid !== undefined;
    const named: Draft<E> = prefix === undefined || given ? draft : { ...draft, uuid: newUuid(prefix) };
    const completion: Completion<E> | undefined = completions[entity];
    const completed = completion === undefined ? named : await completion(this, named);
    const whole = { ...completed, ...(await this.#insertOwned(entity, completed)) } as NewRow<E>;
    return await this.#explained(entity, whole, () => this.tx.insert(entity, whole));
  }

  async update<E extends EntityName>(entity: E, row: Row<E>, patch: Patch<E>): Promise<Row<E>> {
    return await this.#explained(entity, { ...row, ...patch }, () => this.tx.update(entity, row, patch));
  }

  async remove<E extends EntityName>(entity: E, rows: readonly Row<E>[]): Promise<void> {
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
  async #insertOwned(entity: EntityName, draft: Columns): Promise<Columns> {
    const references: Record<string, number> = {};
    for (const [column, { to, owned }] of Object.entries(declarationOf(entity).fields)) {
      if (owned !== true || to === undefined || !isEntityName(to)) continue;
      const values = Object.keys(declarationOf(to).fields).map((name) => [name, draft[name]] as const);
      references[column] = (await this.insert<EntityName>(to, Object.fromEntries(values))).id;
    }
    return references;
  }

  async #explained<T>(entity: EntityName, values: Columns, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw classify(error) === 'duplicate' ? await explainDuplicate(this.tx, entity, values) : error;
    }
  }
}
