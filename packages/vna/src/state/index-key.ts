/** What a row is filed under in an index: the value of its column, or the values of several, joined. */
export type IndexKey = string | number | boolean | null;

export function indexKey(row: object, columns: readonly string[]): IndexKey {
  const values = row as Readonly<Record<string, IndexKey>>;
  if (columns.length === 1) return values[columns[0]!] ?? null;
  return joinKey(columns.map((column) => values[column] ?? null));
}

export function joinKey(values: readonly IndexKey[]): IndexKey {
  return values.length === 1 ? values[0]! : values.join(' ');
}
