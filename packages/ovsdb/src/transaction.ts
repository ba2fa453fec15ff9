import { OvsdbError, OvsdbProtocolError } from './errors.ts';
import type { Operation } from './operations.ts';
import { asObject, type DatabaseSchema } from './schema.ts';
import { type AnyRow, decodeRows } from './table-updates.ts';
import type { Uuid } from './values.ts';

/** Result of one operation (RFC 7047 §5.2). */
export interface OperationResult {
  /** Rows touched by update, mutate or delete. */
  readonly count?: number;
  /** The row inserted. */
  readonly uuid?: Uuid;
  /** The rows selected. */
  readonly rows?: readonly AnyRow[];
}

/**
 * Reads the reply to `transact` (RFC 7047 §4.1.3). `schema` is needed where there is a select.
 * @throws OvsdbError naming the operation that failed; OvsdbProtocolError when the reply makes no sense.
 */
export function readResults(
  db: string,
  operations: readonly Operation[],
  reply: unknown,
  schema: DatabaseSchema | undefined,
): OperationResult[] {
  if (!Array.isArray(reply)) throw new OvsdbProtocolError(`transact answered ${JSON.stringify(reply)}`);
  for (const [index, result] of reply.entries()) {
    if (result !== null && 'error' in asObject(result, 'result')) throw refusal(db, operations, index, result);
  }
  if (reply.length !== operations.length) {
    throw new OvsdbProtocolError(`${reply.length} results for ${operations.length} operations`);
  }
  return operations.map((operation, index) => readResult(operation, asObject(reply[index], 'result'), schema));
}

/** An error behind the last operation is that of the commit. */
function refusal(db: string, operations: readonly Operation[], index: number, result: unknown): OvsdbError {
  const operation = operations[index];
  const where = operation === undefined ? 'commit' : `operation ${index} (${operation.op} ${operation.table})`;
  return OvsdbError.from(`transaction on ${db}, ${where} failed`, result, operation);
}

function readResult(
  { table }: Operation,
  { count, uuid, rows }: Readonly<Record<string, unknown>>,
  schema: DatabaseSchema | undefined,
): OperationResult {
  if (typeof count === 'number') return { count };
  if (Array.isArray(uuid) && typeof uuid[1] === 'string') return { uuid: { uuid: uuid[1] } };
  const types = schema?.tables.get(table);
  return rows === undefined || types === undefined ? {} : { rows: decodeRows(types, rows) };
}
