/** The options of each command: those of its parameters, and those that it has as every command of its kind. */
import { formats } from '../settings.ts';
import { dashed } from './names.ts';
import type { CommandSpec } from './specification.ts';

export type OptionKind = 'value' | 'flag' | 'boolean' | 'negated boolean';

export interface KnownOption {
  readonly kind: OptionKind;
  /** What it is called in the program: another name than was written, for an alias. */
  readonly name: string;
  /** The values that it may have. */
  readonly values?: readonly string[];
}

/** Options of every command. */
export const commonOptions: ReadonlyMap<string, KnownOption> = new Map<string, KnownOption>([
  ['--output', { kind: 'value', name: '--output', values: formats }],
  ['-o', { kind: 'value', name: '--output', values: formats }],
  ['--api', { kind: 'value', name: '--api' }],
  ['--help', { kind: 'flag', name: '--help' }],
  ['-h', { kind: 'flag', name: '--help' }],
]);

/** Options by what is written for them, aliases too: `--mode`, `--network-mode`, `--wait`, `-o`. */
export function optionsOf(spec: CommandSpec): Map<string, KnownOption> {
  const options = new Map<string, KnownOption>();
  for (const { name, aliases = [], type, values } of spec.params) {
    const option = `--${dashed(name)}`;
    for (const written of [name, ...aliases].map(dashed)) {
      if (type === 'boolean') {
        options.set(`--${written}`, { kind: 'boolean', name: option, values: ['true', 'false'] });
        options.set(`--no-${written}`, { kind: 'negated boolean', name: option });
      } else {
        options.set(`--${written}`, { kind: 'value', name: option, ...(values === undefined ? {} : { values }) });
      }
    }
  }
  const plain: [string, OptionKind][] = [
    ...spec.ignored.map((name): [string, OptionKind] => [`--${dashed(name)}`, 'value']),
    ...(spec.changing ? CHANGE_OPTIONS : []),
    ...(spec.table ? TABLE_OPTIONS : []),
  ];
  for (const [name, kind] of plain) options.set(name, { kind, name });
  if (spec.document) for (const written of ['--file', '-f']) options.set(written, { kind: 'value', name: '--file' });
  return new Map([...options, ...commonOptions]);
}

const CHANGE_OPTIONS: readonly [string, OptionKind][] = [
  ['--wait', 'flag'],
  ['--timeout', 'value'],
];

const TABLE_OPTIONS: readonly [string, OptionKind][] = [['--columns', 'value']];
