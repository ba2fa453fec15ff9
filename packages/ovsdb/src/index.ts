export { OvsdbClient, type OvsdbClientOptions } from './client.ts';
export type { BackoffOptions } from './backoff.ts';
export { OvsdbConnectionError, OvsdbError, OvsdbProtocolError } from './errors.ts';
export type { Logger } from './logger.ts';
export type { Monitor, MonitorHandlers } from './monitor.ts';
export { type Columns, type Condition, type Mutation, op, type Operation } from './operations.ts';
export type { AtomName, ColumnKind, ColumnType, DatabaseSchema, TableSchema } from './schema.ts';
export type { Change, RowOf, Tables } from './table-cache.ts';
export type { AnyRow } from './table-updates.ts';
export type { OperationResult } from './transaction.ts';
export { controlSocket, unixctl } from './unixctl.ts';
export {
  type Atom,
  type Encodable,
  type MapKey,
  namedUuid,
  type NamedUuid,
  uuid,
  type Uuid,
  type Value,
} from './values.ts';
