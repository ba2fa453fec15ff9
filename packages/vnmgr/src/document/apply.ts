/**
 * Makes the model as a document says: compares it with the rows there are, and writes the difference in one transaction,
 * under the rules that requests are under.
 *
 * A dry run writes too, and ends the transaction with its plan in place of a commit: so it finds every error that the rules
 * would find, and what it says is what would be, not what it looked like before the rules.
 */
import { type EntityName, type ParamValue, type Row, VnetError, isEntityName, modelName } from '@vnet/model';
import { type Wanted as Creation, createAll, rulesOf } from '../api/creations.ts';
import { planRemoval } from '../rules/cascade.ts';
import { Editor } from '../rules/editor.ts';
import type { Settings } from '../rules/rule.ts';
import type { Transaction } from '../store/transaction.ts';
import { Names } from './names.ts';
import { type Document, type Wanted, explained, newValues, placeName } from './parse.ts';
import { type Plan, type PresentRows, type Update, differing, planChanges } from './plan.ts';
import { type Present, keyOf, parentEntity, presentRows } from './present.ts';
import { type Section, creationOrder, sectionByEntity } from './sections.ts';
import { type Values, inShort, shown, split, written } from './values.ts';

export interface PlanItem {
  readonly operation: 'create' | 'update' | 'delete';
  readonly section: string;
  /** For a row within an object that object's. */
  readonly uuid: string;
  /** The row within the object: its uuid, the other one's, or what it says. */
  readonly other?: string;
  /** Old and new values. */
  readonly fields: Readonly<Record<string, readonly [ParamValue, ParamValue]>>;
}

export interface Outcome {
  readonly applied: boolean;
  readonly plan: readonly PlanItem[];
  /** Rows of the document that are there as it says. */
  readonly unchanged: number;
}

/** Rows of a section were refused together: which of them it was shows when they are made one at a time. */
export class BatchRefused extends Error {
  readonly section: string;

  constructor(section: string) {
    super(`some of ${section} are refused`);
    this.section = section;
  }
}

export interface ApplyOptions {
  readonly prune: boolean;
  /** Sections whose rows are made one at a time. */
  readonly oneByOne: ReadonlySet<string>;
}

async function presentOf(tx: Transaction, document: Document, prune: boolean, names: Names): Promise<PresentRows> {
  const found = new Map<Section, Present[]>();
  for (const section of document.sections) {
    const { entity, nested } = section;
    const uuids = [...document.wanted, ...document.unwanted].filter((each) => each.section === section);
    const rows = prune
      ? await tx.all<EntityName>(entity)
      : await tx.allIn<EntityName>(
          entity,
          'uuid',
          uuids.map(({ uuid }) => uuid),
        );
    found.set(section, await presentRows(tx, section, rows, names));
    const ids = rows.map(({ id }) => id);
    for (const each of nested.filter((part) => document.complete.some((place) => place.section === part))) {
      const parts = await tx.allIn<EntityName>(each.entity, each.parent!, ids);
      found.set(each, await presentRows(tx, each, parts, names));
    }
  }
  return found;
}

/** References in a wish, and the other end of a relation. */
function referencesOf({ section, key, given }: Wanted): { entity: EntityName; param: string; uuid: string }[] {
  const { params, other } = section;
  const said = params.flatMap(({ name, to, type }) => {
    const uuid = given[name];
    return type === 'reference' && to !== undefined && isEntityName(to) && typeof uuid === 'string'
      ? [{ entity: to, param: name, uuid }]
      : [];
  });
  return other === undefined ? said : [...said, { entity: other.entity, param: other.param, uuid: key }];
}

/** @throws {VnetError} UnknownUUIDResource for what is neither there nor made, or is about to be deleted */
async function checkReferences({ wanted }: Document, plan: Plan, names: Names): Promise<void> {
  const byEntity = new Map<EntityName, Set<string>>();
  for (const { entity, uuid } of wanted.flatMap(referencesOf)) {
    const uuids = byEntity.get(entity) ?? new Set();
    byEntity.set(entity, uuids.add(uuid));
  }
  for (const [entity, uuids] of byEntity) await names.loadUuids(entity, [...uuids]);
  const objects = (rows: readonly { section: Section; key: string }[]): Set<string> =>
    new Set(rows.map(({ section, key }) => keyOf(section.entity, key)));
  const [made, gone] = [objects(plan.creates), objects(plan.deletes)];
  for (const each of wanted) {
    for (const { entity, param, uuid } of referencesOf(each)) {
      const isThere = names.idOf(entity, uuid) !== undefined && !gone.has(keyOf(entity, uuid));
      if (isThere || made.has(keyOf(entity, uuid))) continue;
      throw explained(new VnetError('UnknownUUIDResource', `${modelName(entity)}#${param}: ${uuid}`), placeName(each));
    }
  }
}

function fieldsOf({ params }: Section, before: Values, after: Values): PlanItem['fields'] {
  const changed = params.filter(({ name }) => (before[name] ?? null) !== (after[name] ?? null));
  return Object.fromEntries(
    changed.map((param) => [param.name, [before, after].map((each) => shown(param, each[param.name] ?? null))]),
  ) as unknown as PlanItem['fields'];
}

class Application {
  readonly items: PlanItem[] = [];
  unchanged = 0;
  readonly #edit: Editor;
  readonly #tx: Transaction;
  readonly #names: Names;
  readonly #document: Document;
  readonly #plan: Plan;
  readonly #oneByOne: ReadonlySet<string>;
  /** Objects that are made: what rules made with them is compared with the document. */
  readonly #fresh = new Set<string>();

  constructor(edit: Editor, names: Names, document: Document, plan: Plan, oneByOne: ReadonlySet<string>) {
    this.#edit = edit;
    this.#tx = edit.tx;
    this.#names = names;
    this.#document = document;
    this.#plan = plan;
    this.#oneByOne = oneByOne;
    this.unchanged = plan.unchanged;
  }

  /**
   * Deletes come first, so that what they free can be used. But objects that would take along what the document keeps go
   * last: what it keeps has been moved away from them by then.
   */
  async run(): Promise<void> {
    const { deletes } = this.#plan;
    const parts = deletes.filter(({ section }) => section.parent !== undefined);
    const objects = deletes.filter(({ section }) => section.parent === undefined);
    await this.#removeAll(parts);
    const waits = (await this.#takenAlong(objects)) !== undefined;
    if (!waits) await this.#removeAll(objects);
    for (const section of creationOrder) {
      for (const update of this.#plan.updates) if (update.present.section === section) await this.#update(update);
      await this.#create(section);
    }
    if (!waits) return;
    const kept = await this.#takenAlong(objects);
    if (kept !== undefined) {
      const text = 'would be deleted with what the document deletes, which it needs; name something else for it';
      throw new VnetError('ArgumentError', `${kept}: ${text}`);
    }
    await this.#removeAll(objects);
  }

  /** Everything that goes when these go, in an order in which it can. */
  async #removals(rows: readonly Present[]): Promise<{ section: Section; rows: readonly Row[] }[]> {
    const removals: { section: Section; rows: readonly Row[] }[] = [];
    for (const { entity } of creationOrder.toReversed()) {
      const own = rows.filter((each) => each.section.entity === entity).map(({ row }) => row);
      if (own.length === 0) continue;
      for (const removal of await planRemoval(this.#tx, entity, own)) {
        const section = sectionByEntity.get(removal.entity);
        if (section !== undefined) removals.push({ section, rows: removal.rows });
      }
    }
    return removals;
  }

  /** The first object of the document that deleting these would delete. */
  async #takenAlong(rows: readonly Present[]): Promise<string | undefined> {
    const wanted = new Set(this.#document.wanted.map(({ section, key }) => keyOf(section.name, key)));
    for (const { section, rows: taken } of await this.#removals(rows)) {
      const found = taken.find((row) => 'uuid' in row && wanted.has(keyOf(section.name, row.uuid)));
      if (found !== undefined && 'uuid' in found) return `${section.name} ${found.uuid}`;
    }
    return undefined;
  }

  /** With what goes along: the plan has all of it. */
  async #removeAll(rows: readonly Present[]): Promise<void> {
    const seen = new Set<string>();
    for (const { section, rows: taken } of await this.#removals(rows)) {
      const fresh = taken.filter(({ id }) => !seen.has(keyOf(section.name, String(id))));
      for (const { id } of fresh) seen.add(keyOf(section.name, String(id)));
      for (const present of await presentRows(this.#tx, section, fresh, this.#names)) {
        const isNothing = section.isSetting && Object.keys(written(section, present.values)).length === 0;
        if (!isNothing) this.#say('delete', present, present.values, {});
      }
    }
    for (const { entity } of creationOrder.toReversed()) {
      const own = rows.filter((each) => each.section.entity === entity).map(({ row }) => row);
      if (own.length > 0) await this.#edit.remove<EntityName>(entity, own);
    }
  }

  async #update({ present, changed, said }: Update): Promise<void> {
    const { section, row, values } = present;
    const { entity } = section;
    try {
      const { columns } = this.#resolved(section, said);
      const { extra } = this.#resolved(section, changed);
      const updated = await this.#edit.update<EntityName>(entity, row, columns);
      if (Object.keys(extra).length > 0) await rulesOf(entity).updated?.(this.#edit, updated, extra);
      const [after] = await presentRows(this.#tx, section, [updated], this.#names);
      const given = (all: Values): Values =>
        Object.fromEntries(Object.keys(changed).map((name) => [name, all[name] ?? null]));
      this.#checkExtras(present, changed, after!.values);
      const fields = fieldsOf(section, given(values), given(after!.values));
      if (Object.keys(fields).length === 0) this.unchanged++;
      else this.#say('update', present, values, fields);
    } catch (error) {
      throw explained(error, placeName(present));
    }
  }

  /** What only requests carry is not always something that a rule can change. */
  #checkExtras(present: Present, changed: Values, after: Values): void {
    const left = differing(changed, after);
    const param = present.section.params.find(({ name, column }) => column === undefined && left[name] !== undefined);
    if (param === undefined) return;
    const [is, asked] = [after, changed].map((each) => String(shown(param, each[param.name] ?? null)));
    const remedy = `delete ${present.uuid} and make it anew`;
    throw new VnetError('ArgumentError', `${param.name}: is ${is} and cannot become ${asked}; ${remedy}`);
  }

  async #create(section: Section): Promise<void> {
    const wanted = this.#plan.creates.filter((each) => each.section === section);
    const missing = section.parent === undefined ? wanted : await this.#withoutPresent(section, wanted);
    if (missing.length === 0) return;
    const isOneByOne = this.#oneByOne.has(section.name);
    for (const batch of isOneByOne ? missing.map((each) => [each]) : [missing]) {
      try {
        const creations = batch.map((each) => this.#creationOf(each));
        const rows = await createAll(this.#edit, section.entity, creations, 'document');
        this.#names.learn(section.entity, rows);
      } catch (error) {
        if (!(error instanceof VnetError)) throw error;
        throw batch.length === 1 ? explained(error, placeName(batch[0]!)) : new BatchRefused(section.name);
      }
    }
    if (section.parent === undefined) for (const { uuid } of missing) this.#fresh.add(uuid);
    for (const each of wanted) this.#say('create', each, each.given, fieldsOf(section, {}, each.given));
  }

  /** Rules may have made some of the rows already, and, with a new object, others that the document does not have. */
  async #withoutPresent(section: Section, wanted: readonly Wanted[]): Promise<Wanted[]> {
    const { complete } = this.#document;
    const fresh = complete.filter((place) => place.section === section && this.#fresh.has(place.uuid));
    const uuids = new Set([...wanted, ...fresh].map(({ uuid }) => uuid));
    const parent = parentEntity(section);
    const ids = [...uuids].map((uuid) => this.#names.idOf(parent, uuid) ?? null);
    const rows = await this.#tx.allIn<EntityName>(section.entity, section.parent!, ids);
    const found = new Map<string, Present[]>();
    for (const present of await presentRows(this.#tx, section, rows, this.#names)) {
      const key = keyOf(present.uuid, present.key);
      found.set(key, [...(found.get(key) ?? []), present]);
    }
    const missing: Wanted[] = [];
    for (const each of wanted) {
      const present = this.#isListOfOld(each) ? undefined : found.get(keyOf(each.uuid, each.key))?.shift();
      if (present === undefined) missing.push(each);
      else
        await this.#edit.update<EntityName>(section.entity, present.row, this.#resolved(section, each.given).columns);
    }
    const tooMany = [...found.values()].flat().filter(({ uuid }) => section.isList && this.#fresh.has(uuid));
    const surplus = tooMany.map(({ row }) => row);
    if (surplus.length > 0) await this.#edit.remove<EntityName>(section.entity, surplus);
    return missing;
  }

  /** What a list of an object that was there lacks has been found out before. */
  #isListOfOld({ section, uuid }: Wanted): boolean {
    return section.isList && !this.#fresh.has(uuid);
  }

  #creationOf(wanted: Wanted): Creation {
    const { section, uuid, key } = wanted;
    const { columns, extra } = this.#resolved(section, newValues(wanted));
    const { parent, other } = section;
    const place = {
      ...(parent === undefined ? {} : { [parent]: this.#id(parentEntity(section), 'uuid', uuid) }),
      ...(other === undefined ? {} : { [other.column]: this.#id(other.entity, other.param, key) }),
      ...(other === undefined && !section.isList ? { uuid: key } : {}),
    };
    return { columns: { ...columns, ...place }, extra };
  }

  #id(entity: EntityName, param: string, uuid: string): number {
    const id = this.#names.idOf(entity, uuid);
    if (id === undefined) throw new VnetError('UnknownUUIDResource', `${modelName(entity)}#${param}: ${uuid}`);
    return id;
  }

  /** Uuids made ids. */
  #resolved(section: Section, values: Values): { columns: Record<string, ParamValue>; extra: Values } {
    const ids = section.params.flatMap(({ name, to }): [string, number][] => {
      const value = values[name];
      if (to === undefined || !isEntityName(to) || typeof value !== 'string') return [];
      return [[name, this.#id(to, name, value)]];
    });
    return split(section, { ...values, ...Object.fromEntries(ids) });
  }

  #say(
    operation: PlanItem['operation'],
    { section, uuid, key }: Pick<Wanted, 'section' | 'uuid' | 'key'>,
    values: Values,
    fields: PlanItem['fields'],
  ): void {
    const other = section.parent === undefined ? {} : { other: section.isList ? inShort(section, values) : key };
    this.items.push({ operation, section: section.name, uuid, ...other, fields });
  }
}

/**
 * @throws {VnetError} naming section and uuid
 * @throws {BatchRefused} when it takes another attempt to name them
 */
export async function applyDocument(
  tx: Transaction,
  settings: Settings,
  document: Document,
  { prune, oneByOne }: ApplyOptions,
): Promise<Omit<Outcome, 'applied'>> {
  const names = new Names(tx);
  const plan = planChanges(document, await presentOf(tx, document, prune, names), prune);
  await checkReferences(document, plan, names);
  const edit = new Editor(tx, settings);
  const application = new Application(edit, names, document, plan, oneByOne);
  await application.run();
  await edit.settle();
  return { plan: application.items, unchanged: application.unchanged };
}
