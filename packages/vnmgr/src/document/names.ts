/** Which uuid has which id: loaded in bulk, and learnt from rows that are made. */
import { type EntityName, type Row, declarationOf, isEntityName } from '@vnet/model';
import type { Queries } from '../store/queries.ts';

type Columns = Readonly<Record<string, unknown>>;

export class Names {
  readonly #queries: Queries;
  readonly #ids = new Map<string, number>();
  readonly #uuids = new Map<string, string>();

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  /** undefined: there is no such row, or nobody has asked for it to be loaded. */
  idOf(entity: EntityName, uuid: string): number | undefined {
    return this.#ids.get(`${entity}/${uuid}`);
  }

  uuidOf(entity: EntityName, id: number): string | undefined {
    return this.#uuids.get(`${entity}/${id}`);
  }

  learn(entity: EntityName, rows: readonly Row[]): void {
    for (const row of rows) {
      if (!('uuid' in row)) continue;
      this.#ids.set(`${entity}/${row.uuid}`, row.id);
      this.#uuids.set(`${entity}/${row.id}`, row.uuid);
    }
  }

  async loadIds(entity: EntityName, ids: readonly (number | null)[]): Promise<void> {
    const unknown = ids.filter((id) => id !== null && !this.#uuids.has(`${entity}/${id}`));
    if (unknown.length > 0) this.learn(entity, await this.#queries.allIn(entity, 'id', unknown));
  }

  async loadUuids(entity: EntityName, uuids: readonly string[]): Promise<void> {
    const unknown = uuids.filter((uuid) => !this.#ids.has(`${entity}/${uuid}`));
    if (unknown.length > 0) this.learn(entity, await this.#queries.allIn(entity, 'uuid', unknown));
  }

  /** What the rows refer to: a query for each entity at most. */
  async loadReferences(entity: EntityName, rows: readonly Row[]): Promise<void> {
    this.learn(entity, rows);
    for (const [column, { to }] of Object.entries(declarationOf(entity).fields)) {
      if (to === undefined || !isEntityName(to) || declarationOf(to).prefix === undefined) continue;
      await this.loadIds(
        to,
        rows.map((row) => (row as unknown as Columns)[column] as number | null),
      );
    }
  }
}
