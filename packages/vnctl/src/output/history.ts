/** `vnctl history`: who changed what, and when. */
import { checkNamed } from './columns.ts';
import { isList, withRange, type Row } from './answers.ts';
import { changeLine, type Change } from './changes.ts';
import { horizontalTable } from './table.ts';

interface Revision {
  readonly revision: number;
  readonly time: string;
  readonly who: string;
  readonly request_id?: string | null;
  readonly changes: readonly (Change & { readonly entity: string; readonly name?: string })[];
}

/** Of one revision: an `apply` may have changed thousands of rows. */
const MOST_CHANGES = 12;

const COLUMNS: Readonly<Record<string, (revision: Revision) => string>> = {
  revision: ({ revision }) => String(revision),
  time: ({ time }) => time,
  who: ({ who }) => who,
  what: ({ changes }) => [...changes.slice(0, MOST_CHANGES).map(line), ...rest(changes.length)].join('\n'),
  request_id: ({ request_id: id }) => id ?? '',
};

const SHOWN = ['revision', 'time', 'who', 'what'];

export function historyTable(body: Row, columns: readonly string[] = SHOWN): string {
  checkNamed(columns, Object.keys(COLUMNS));
  if (!isList(body) || body.items.length === 0) return '(none)';
  const rows = (body.items as unknown as readonly Revision[]).map((revision) =>
    columns.map((column) => COLUMNS[column]!(revision)),
  );
  return withRange(horizontalTable(columns, rows), body);
}

function line(change: Revision['changes'][number]): string {
  const { entity, name, uuid } = change;
  return changeLine(change, `${entity.replaceAll('_', ' ')} ${name ?? uuid ?? ''}`.trimEnd());
}

function rest(count: number): string[] {
  return count > MOST_CHANGES ? [`… and ${count - MOST_CHANGES} more: see them with -o json`] : [];
}
