import type { RowPut } from '@vnet/model';
import type { State } from './state.ts';
import { MANAGER_TABLES, type SwitchPort } from './tables.ts';

/** Makes the manager's tables hold exactly these rows; what is the same stays untouched. */
export function replaceRows<R extends object>(state: State<R>, rows: readonly RowPut[]): void {
  const kept = new Set(rows.map(({ entity, row }) => `${entity} ${row.id}`));
  for (const table of MANAGER_TABLES) {
    for (const { id } of [...state.all(table)]) if (!kept.has(`${table} ${id}`)) state.delete(table, id);
  }
  for (const { entity, row } of rows) state.putRow(entity, row);
}

/** Makes the table of ports hold exactly these; what is the same stays untouched. */
export function setPorts<R extends object>(state: State<R>, ports: readonly SwitchPort[]): void {
  const ids = new Set(ports.map((port) => port.id));
  for (const { id } of [...state.all('port')]) if (!ids.has(id)) state.delete('port', id);
  for (const port of ports) state.put('port', port);
}
