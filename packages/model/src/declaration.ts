/**
 * The words in which an entity is declared. A declaration is plain data: everything else (types, endpoints, validation,
 * columns, wire form) is derived from it, and what is special to one entity is a named rule in vnmgr.
 */

export type FieldType =
  | 'string'
  | 'integer'
  | 'boolean'
  | 'choice'
  | 'ipv4'
  /** Only in requests: an IPv4 address with or without a prefix; without is `/32`. */
  | 'ipv4_prefix'
  | 'mac'
  | 'dpid'
  /** Epoch milliseconds; no request gives it. */
  | 'time'
  | 'reference';

/** A column of the entity's table, or (in `params`) something that only requests carry. */
export interface Field {
  readonly type: FieldType;
  /** One line, for OpenAPI and `vnctl --help`. */
  readonly doc: string;
  /** The column may be NULL; a request says so by null or an empty value. */
  readonly nullable?: true;
  /** A create request must give it. */
  readonly required?: true;
  /** An update request may change it. */
  readonly mutable?: true;
  /** No request gives it: a rule fills it in. */
  readonly internal?: true;
  /**
   * Where replies have it when not in its place: never, only when it is not null, after the times, or joined (OpenVNet had
   * it in another table: after the times, and not when the row stands inside another).
   */
  readonly shown?: 'never' | 'if any' | 'last' | 'joined';
  /** Addresses are numbers in replies unless this says that the entity's own replies have a text. */
  readonly text?: true;
  /** What the entity's own replies have beside the id of a reference: the uuid, or the row and the uuid. */
  readonly expand?: 'uuid' | 'row';
  /** Used on create when the request does not give it. */
  readonly default?: string | number | boolean;
  /** Name in requests when it is not the column's; a reference `network_id` is `network_uuid` by itself. */
  readonly param?: string;
  /** Other names in requests, which OpenVNet had once; one that is given wins. */
  readonly aliases?: readonly string[];
  /** Limits of an integer. */
  readonly min?: number;
  readonly max?: number;
  /** Longest string, in characters (255 when absent). */
  readonly maxLength?: number;
  /** The string may have lines, ended in any way. */
  readonly multiline?: true;
  /** Values of a choice. */
  readonly values?: readonly string[];
  /** Entity that a reference refers to. Deleting that row deletes this one (reference §6.3). */
  readonly to?: string;
  /** The row referred to belongs to this one alone and is deleted with it (a MAC lease's MAC address). */
  readonly owned?: true;
}

/** Which scopes a row is in: docs/architecture.md, "Rows and scopes". */
export interface ScopeRules {
  /** `{ scope: 'network', column: 'network_id' }`: a row with 7 there is in `network/7`. */
  readonly own?: readonly { readonly scope: string; readonly column: string }[];
  /** Reference columns: the row referred to is also where this row's own scopes are. */
  readonly lends?: readonly string[];
  /** Reference columns: this row is in every scope of the row referred to. */
  readonly follows?: readonly string[];
}

/** Something besides create, show, list, update, delete that a resource does: `PUT /<path>/:uuid/<action>`. */
export interface Action {
  readonly doc: string;
  /** PUT when absent. */
  readonly method?: 'POST';
  readonly params: Readonly<Record<string, Field>>;
}

/** `/<path>`, `/<path>/:uuid`. */
export interface ResourceApi {
  readonly kind: 'resource';
  readonly path: string;
  /** There is the list and nothing else: rules make the rows. */
  readonly readOnly?: true;
  /** Words of the list in vnctl, when they are not `<path> show`: `['edge', 'hosts']`. */
  readonly command?: readonly string[];
  readonly actions?: Readonly<Record<string, Action>>;
  /** What the reply that shows one has besides the row, in words. */
  readonly shownWith?: string;
}

/**
 * `/<parents>/:uuid/<path>` and, for entities with a uuid, `/<parents>/:uuid/<path>/:<entity>_uuid`.
 * Without a uuid, DELETE takes the fields.
 */
export interface ChildApi {
  readonly kind: 'child';
  readonly path: string;
  /** Reference column that names the parent. */
  readonly parent: string;
  /** There is GET and nothing else: rules make the rows. */
  readonly readOnly?: true;
  /**
   * Columns that tell rows without a uuid apart within their parent (NULL equals NULL). DELETE then takes what POST takes,
   * and deletes and answers the one row that it would make; without a key, all rows that have the given values.
   */
  readonly key?: readonly string[];
  /** DELETE answers `{ uuid }` of the parent. */
  readonly removed?: 'parent';
}

/** `/<parents>/:uuid/<path>/:<other>_uuid`: a row between two others. */
export interface RelationApi {
  readonly kind: 'relation';
  readonly path: string;
  /** Reference column of the first uuid. */
  readonly parent: string;
  /** Reference column of the second uuid. */
  readonly other: string;
  /** What GET lists: the rows in between, or the entities at the other end. */
  readonly list: 'rows' | 'others';
  /** `add` when absent: POST and DELETE. `set`: PUT makes, changes or ends the relation. `none`: rules make the rows. */
  readonly changes?: 'add' | 'set' | 'none';
  /** What POST answers: the row in between (when absent), `{ uuid }` of the parent, the other entity, or all members. */
  readonly added?: 'row' | 'parent' | 'other' | 'members';
  /** What DELETE answers: `[other uuid]` (when absent), only when there was a relation, or the same as POST. */
  readonly removed?: 'uuid' | 'uuid if any' | 'parent' | 'other' | 'members';
  /** DELETE of a relation that is not there is an error. */
  readonly strict?: true;
}

export type Api = ResourceApi | ChildApi | RelationApi;

export interface Declaration {
  readonly name: string;
  readonly table: string;
  /** Entities with a uuid: `<prefix>-<1 to 16 of a-z0-9>`. */
  readonly prefix?: string;
  readonly doc: string;
  readonly fields: Readonly<Record<string, Field>>;
  /** What requests may carry besides the columns; a rule acts on it. */
  readonly params?: Readonly<Record<string, Field>>;
  /** Sets of columns that no two rows share (NULL is never equal to NULL). `uuid` is unique by itself. */
  readonly unique?: readonly (readonly string[])[];
  readonly scopes?: ScopeRules;
  /** Replies have neither the id nor the times. */
  readonly bare?: true;
  /** Empty: the entity is not in the API. */
  readonly api: readonly Api[];
}

/** Keeps the literal types of a declaration, from which the row types are inferred. */
export function declare<const D extends Declaration>(declaration: D): D {
  return declaration;
}
