/** Changes of the model on one line each, as `history` and `apply` show them. */

export interface Change {
  readonly operation: 'create' | 'update' | 'delete';
  /** Absent or null for a row without one. */
  readonly uuid?: string | null;
  /** Before and after, by the name of the field. */
  readonly fields: Readonly<Record<string, readonly [unknown, unknown]>>;
}

const SIGNS = { create: '+', update: '~', delete: '-' } as const;

/** `~ networks nw-a: display_name "a" → "b"` */
export function changeLine({ operation, fields }: Change, what: string): string {
  const line = `${SIGNS[operation]} ${what}`;
  const changed = Object.entries(fields).map(
    ([field, [before, after]]) => `${field} ${value(before)} → ${value(after)}`,
  );
  return operation === 'update' && changed.length > 0 ? `${line}: ${changed.join(', ')}` : line;
}

function value(of: unknown): string {
  return of === null || of === undefined ? 'none' : JSON.stringify(of);
}
