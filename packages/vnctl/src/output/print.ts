/** An answer of the API as text. */
import { stringify } from 'yaml';
import { isEntityEndpoint } from '@vnet/model';
import type { Request } from '../commands/specification.ts';
import type { Format, Settings } from '../settings.ts';
import { agentsTable } from './agents.ts';
import { isRow } from './answers.ts';
import { entityTable, foundTable } from './entities.ts';
import { historyTable } from './history.ts';
import { namesIn } from './names.ts';
import type { GetItems } from './references.ts';
import { statsText } from './stats.ts';
import { treeText } from './tree.ts';
import { whyText } from './why.ts';

/**
 * For whom it is for, by `-o`; nothing when there is nothing to print.
 * @throws Failure when the answer has no uuids, or no such columns
 */
export async function render(
  { format, columns }: Pick<Settings, 'format' | 'columns'>,
  request: Request,
  body: unknown,
  getItems: GetItems,
): Promise<string> {
  const { endpoint } = request;
  if (format === 'name') return (await namesIn(request, body, getItems)).join('\n');
  if (format !== 'table') return renderExactly(format, body);
  if (isEntityEndpoint(endpoint)) return await entityTable({ ...request, endpoint }, body, columns, getItems);
  const printed = TEXTS[endpoint.name];
  return isRow(body) && printed !== undefined ? await printed(body, columns, getItems) : renderExactly('yaml', body);
}

/** What the API said, and nothing else. */
export function renderExactly(format: Exclude<Format, 'table' | 'name'>, body: unknown): string {
  return format === 'json' ? JSON.stringify(body, undefined, 2) : stringify(body, { lineWidth: 0 }).trimEnd();
}

type Print = (
  body: Readonly<Record<string, unknown>>,
  columns: readonly string[] | undefined,
  getItems: GetItems,
) => string | Promise<string>;

/** Answers about the whole model that people read otherwise than as YAML. */
const TEXTS: Readonly<Record<string, Print>> = {
  find: foundTable,
  tree: treeText,
  history: historyTable,
  agents: agentsTable,
  why: whyText,
  'security_groups.stats': statsText,
};
