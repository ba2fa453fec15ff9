import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { PIPELINES } from './tables.ts';

/** The guide is about Open vSwitch. */
const TABLE_BY_ID = new Map(PIPELINES.ovs.map((table) => [table.id, table]));
const GUIDE = fileURLToPath(new URL('../../../../docs/guide', import.meta.url));
const FENCED = /^( *)```[^]*?^\1```$/gm;
const TABLE = /\btables?[=\s]\s*(\d+)/g;
/** `table=28 (EDGE_SOURCE)`; a command may go on behind the number: `table=28, priority=101` (EDGE_SOURCE: what is spoofed). */
const NAME = /^[^`|()]*`?\s+\(([A-Z0-9_]+)[),:;]/;

const pages = readdirSync(GUIDE).filter((name) => name.endsWith('.md'));

it.each(pages)('the guide’s %s names tables of the pipeline by their numbers and names', (page) => {
  const text = readFileSync(join(GUIDE, page), 'utf8');
  const prose = text.replace(FENCED, '');
  const named = [...prose.matchAll(TABLE)].map((match) => {
    const rest = prose.slice(match.index + match[0].length, match.index + 200);
    return `table=${match[1]} (${NAME.exec(rest)?.[1] ?? `no name before: ${rest.slice(0, 40)}`})`;
  });
  expect(named).toEqual(named.map((each) => rightly(Number(/\d+/.exec(each)![0]))));
  // What programs print has no names; the numbers have to be tables at least.
  const printed = [...text.matchAll(/\b(?:table=|goto_table:)(\d+)/g)].map(([, id]) => Number(id));
  expect(printed.filter((id) => !TABLE_BY_ID.has(id))).toEqual([]);
});

function rightly(id: number): string {
  return `table=${id} (${TABLE_BY_ID.get(id)?.name ?? 'no such table'})`;
}
