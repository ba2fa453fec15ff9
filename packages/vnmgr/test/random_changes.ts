import { type EntityName, type Row, declarationOf } from '@vnet/model';
import fc from 'fast-check';
import { scopedEntities } from '../src/scopes/membership.ts';
import type { Change } from '../src/store/transaction.ts';

/** Few rows and few values, so that they meet often. */
const IDS = [1, 2, 3];
const NAMES = ['a', 'b'];

export type Rows = Map<string, { entity: EntityName; row: Row }>;

interface Step {
  readonly entity: EntityName;
  readonly id: number;
  readonly remove: boolean;
  /** Where the values of the row's columns are taken from. */
  readonly picks: readonly number[];
}

function rowOf({ entity, id, picks }: Step): Row {
  const { prefix, fields } = declarationOf(entity);
  const columns = Object.entries(fields).map(([name, { type, nullable }], i) => {
    const pick = picks[i % picks.length]!;
    if (nullable === true && pick % 4 === 0) return [name, null];
    if (type === 'reference') return [name, IDS[pick % IDS.length]];
    return [name, type === 'string' || type === 'dpid' ? NAMES[pick % NAMES.length] : pick];
  });
  const uuid = prefix === undefined ? {} : { uuid: `${prefix}-${id}` };
  return { id, ...uuid, ...(Object.fromEntries(columns) as object), created_at: 0, updated_at: 0 } as Row;
}

const step: fc.Arbitrary<Step> = fc.record({
  entity: fc.constantFrom(...scopedEntities),
  id: fc.constantFrom(...IDS),
  remove: fc.boolean(),
  picks: fc.array(fc.nat(11), { minLength: 1, maxLength: 5 }),
});

/** Batches of changes; references may point to rows that are not there (yet, or any more). */
export const batches = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 20 });

/** Plays one batch on `rows`; gives its changes, one per row at most. */
export function play(rows: Rows, batch: readonly Step[]): Change[] {
  const changes = new Map<string, Change>();
  for (const one of batch) {
    const key = `${one.entity}/${one.id}`;
    const before = rows.get(key)?.row ?? null;
    const after = one.remove ? null : rowOf(one);
    if (before === null && after === null) continue;
    if (after === null) rows.delete(key);
    else rows.set(key, { entity: one.entity, row: after });
    const first = changes.get(key)?.before;
    changes.set(key, { entity: one.entity, id: one.id, before: first === undefined ? before : first, after });
  }
  return [...changes.values()].filter(({ before, after }) => before !== null || after !== null);
}

/** How many random sequences: a few in each run of the tests, many with `npm run fuzz`. */
export const runs = process.env['VNET_FUZZ'] === 'full' ? 10_000 : 300;
