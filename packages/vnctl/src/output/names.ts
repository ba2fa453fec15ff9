/** `-o name`: uuids, for scripts that go on with them. */
import { declarationOf, isEntityEndpoint, type Endpoint } from '@vnet/model';
import type { Request } from '../commands/specification.ts';
import { usageFailure } from '../failure.ts';
import { isList, isRow, type Row } from './answers.ts';
import { uuidColumn } from './columns.ts';
import { shownEntity } from './entities.ts';
import { withUuids, type GetItems } from './references.ts';

/** @throws Failure for what has no uuids; call it before the request is made */
export function checkHasNames(endpoint: Endpoint): void {
  if (nameColumn(endpoint) === undefined) {
    throw usageFailure('-o name: what this command answers has no uuids; use -o table, json or yaml');
  }
}

/** The uuids of what the request was about, in the order of the answer. */
export async function namesIn({ endpoint, uuids }: Request, body: unknown, getItems: GetItems): Promise<string[]> {
  const column = nameColumn(endpoint) ?? 'uuid';
  if (isList(body)) {
    const rows = isEntityEndpoint(endpoint)
      ? await withUuids(shownEntity(endpoint), body.items, {}, [column], getItems)
      : body.items;
    return rows.map((row) => textOf(row[column]));
  }
  if (Array.isArray(body)) return body.map((item) => (isRow(item) ? textOf(item[column]) : String(item)));
  if (!isRow(body)) return [];
  if (isEntityEndpoint(endpoint)) {
    const own = endpoint.api.kind === 'relation' ? undefined : body['uuid'];
    return [textOf(own ?? uuids.at(-1))];
  }
  return [textOf((body['object'] as Row)['uuid'])];
}

/** Where a row of the answer has its name; of a row between two others it is that of the other. */
function nameColumn(endpoint: Endpoint): string | undefined {
  if (!isEntityEndpoint(endpoint)) return ['find', 'apply'].includes(endpoint.name) ? 'uuid' : undefined;
  if (endpoint.operation !== 'list') return 'uuid';
  if (declarationOf(shownEntity(endpoint)).prefix !== undefined) return 'uuid';
  return endpoint.api.kind === 'relation' ? uuidColumn(endpoint.api.other) : undefined;
}

function textOf(uuid: unknown): string {
  return typeof uuid === 'string' ? uuid : '';
}
