import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RowPut } from '@vnet/model';
import type { Log } from '../log.ts';
import { isManagerTable, MANAGER_TABLES } from '../state/tables.ts';
import type { State } from '../state/state.ts';
import type { Held } from './session.ts';

const FILE = 'model.json';
const FORMAT = 1;

export interface SavedState {
  readonly held: Held;
  readonly rows: readonly RowPut[];
}

/** What the agent held when it last had a whole view; undefined when there is nothing, or nothing usable. */
export function loadState(dir: string, log: Log): SavedState | undefined {
  const path = join(dir, FILE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  try {
    const saved = JSON.parse(text) as { format?: unknown } & SavedState;
    if (saved.format !== FORMAT) throw new Error(`format ${String(saved.format)}, not ${FORMAT}`);
    const { database, revision, scopes } = saved.held;
    if (typeof database !== 'string' || !Number.isInteger(revision) || !Array.isArray(scopes))
      throw new Error('no revision');
    if (!saved.rows.every(({ entity, row }) => isManagerTable(entity) && Number.isInteger(row.id))) {
      throw new Error('a row is not one');
    }
    return { held: { database, revision, scopes }, rows: saved.rows };
  } catch (error) {
    log.warn({ path, error: String(error) }, 'the saved state cannot be read; going on without it');
    return undefined;
  }
}

/** Replaces the file at once or not at all. */
export function saveState<R extends object>(dir: string, held: Held, state: State<R>): void {
  const rows = MANAGER_TABLES.flatMap((entity) => [...state.all(entity)].map((row) => ({ entity, row })));
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, FILE);
  writeFileSync(`${path}.new`, JSON.stringify({ format: FORMAT, held, rows }), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
