import Table from 'cli-table3';

/** No lines, no colours: what one can read, grep and cut. */
const PLAIN = {
  chars: {
    ...Object.fromEntries(
      ['top', 'bottom', 'mid', 'left', 'right']
        .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
        .map((line) => [line, '']),
    ),
    middle: '  ',
  },
  style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
};

/** Columns under their names, two spaces apart. */
export function horizontalTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return draw([columns, ...rows]);
}

/** One name and its value on each line. */
export function verticalTable(entries: readonly (readonly [string, string])[]): string {
  return draw(entries);
}

/** Each row on one line, the columns below each other; a column in which no row has anything is left out. */
export function alignedLines(rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const used = rows.map((row) => row.filter((_cell, column) => rows.some((other) => other[column] !== '')));
  return draw(used).split('\n');
}

function draw(rows: readonly (readonly string[])[]): string {
  const table = new Table(PLAIN);
  table.push(...rows.map((row) => [...row]));
  return table.toString().replace(/[^\S\n]+$/gm, '');
}
