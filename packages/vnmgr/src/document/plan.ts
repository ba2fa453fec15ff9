/** What has to be done for the model to be as a document says. Pure. */
import { type Param, VnetError } from '@vnet/model';
import { type Document, type Place, type Wanted, placeName } from './parse.ts';
import { type Present, keyOf } from './present.ts';
import type { Section } from './sections.ts';
import { type Values, shown } from './values.ts';

export interface Update {
  readonly present: Present;
  /** The values that differ, as they should be. */
  readonly changed: Values;
  /** All that can be changed and is said: what differs may follow from what does not. */
  readonly said: Values;
}

export interface Plan {
  readonly deletes: readonly Present[];
  readonly updates: readonly Update[];
  readonly creates: readonly Wanted[];
  readonly unchanged: number;
}

export type PresentRows = ReadonlyMap<Section, readonly Present[]>;

/** Says that a row is what it is for good. */
export function cannotChange(place: Place, param: Param, values: Values, wanted: Values): VnetError {
  const [is, asked] = [values, wanted].map((each) => String(shown(param, each[param.name] ?? null)));
  const text = `${param.name}: is ${is} and cannot become ${asked}; delete ${place.uuid} and make it anew`;
  return new VnetError('ArgumentError', `${placeName(place)}: ${text}`);
}

/** The values that are given and differ. What does not last on a row (a group that an address was taken from) does not. */
export function differing(given: Values, values: Values): Values {
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => values[name] !== undefined && values[name] !== value),
  );
}

function isDefault({ params }: Section, values: Values): boolean {
  return params.every(({ name, default: standard }) => (values[name] ?? standard ?? null) === (standard ?? null));
}

function defaultsOf({ params }: Section): Values {
  return Object.fromEntries(params.map(({ name, default: standard }) => [name, standard ?? null]));
}

class Planner {
  readonly deletes: Present[] = [];
  readonly updates: Update[] = [];
  readonly creates: Wanted[] = [];
  unchanged = 0;
  readonly #present = new Map<Section, Map<string, Present[]>>();

  constructor(rows: PresentRows) {
    for (const [section, present] of rows) {
      const byKey = new Map<string, Present[]>();
      for (const each of present) {
        const key = keyOf(each.uuid, each.key);
        byKey.set(key, [...(byKey.get(key) ?? []), each]);
      }
      this.#present.set(section, byKey);
    }
  }

  /** The row at this place; it is not found again. */
  take({ section, uuid, key }: Place): Present | undefined {
    return this.#present.get(section)?.get(keyOf(uuid, key))?.shift();
  }

  /** Rows that nothing has taken. */
  rest(section: Section): Present[] {
    return [...(this.#present.get(section)?.values() ?? [])].flat();
  }

  want(wanted: Wanted): void {
    const { section, given } = wanted;
    const present = this.take(wanted);
    if (present === undefined) {
      if (section.isSetting && isDefault(section, given)) this.unchanged++;
      else this.creates.push(wanted);
      return;
    }
    const changed = differing(given, present.values);
    if (Object.keys(changed).length === 0) this.unchanged++;
    else if (section.parent === undefined || section.isSetting) this.#change(present, changed, given);
    else this.#replace(wanted, present);
  }

  /** Makes it as good as not there. */
  remove(present: Present): void {
    const { section, values } = present;
    if (!section.isSetting) this.deletes.push(present);
    else if (!isDefault(section, values)) this.#change(present, defaultsOf(section), defaultsOf(section));
  }

  #change(present: Present, changed: Values, given: Values): void {
    const { params } = present.section;
    const isFixed = (name: string): boolean =>
      params.some((param) => param.name === name && param.column !== undefined && param.mutable !== true);
    const fixed = params.find(({ name }) => changed[name] !== undefined && isFixed(name));
    if (fixed !== undefined) throw cannotChange(present, fixed, present.values, changed);
    const said = Object.entries(given).filter(([name]) => !isFixed(name));
    this.updates.push({ present, changed, said: Object.fromEntries(said) });
  }

  /** What belongs to an object, and nothing else refers to, is made anew; what is not said stays. */
  #replace(wanted: Wanted, present: Present): void {
    const { params } = present.section;
    const kept = params.map((param) => [param.name, shown(param, present.values[param.name] ?? null)] as const);
    this.deletes.push(present);
    const raw = Object.fromEntries(kept.filter(([name, value]) => value !== null && !(name in wanted.given)));
    this.creates.push({ ...wanted, raw: { ...raw, ...wanted.raw } });
  }
}

/** @param present the rows of the sections that the document has; of all objects when it prunes */
export function planChanges(document: Document, present: PresentRows, prune: boolean): Plan {
  const planner = new Planner(present);
  document.wanted.forEach((wanted) => planner.want(wanted));
  for (const place of document.unwanted) {
    const found = planner.take(place);
    if (found !== undefined) planner.remove(found);
  }
  const complete = new Set(document.complete.map(({ section, uuid }) => keyOf(section.name, uuid)));
  for (const section of present.keys()) {
    for (const left of planner.rest(section)) {
      if (section.parent === undefined ? prune : complete.has(keyOf(section.name, left.uuid))) planner.remove(left);
    }
  }
  return planner;
}
