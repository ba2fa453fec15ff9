/**
 * What OpenVNet's vnctl let people write, brought into the one form that the commands have: `network` for `networks`,
 * `_` for `-`, the beginning of a word where only one fits, `--flag`, `--no-flag` and `--flag T` for booleans.
 */
import { didYouMean } from '@vnet/model/options';
import { usageFailure } from '../failure.ts';
import { dashed, singular } from './names.ts';
import type { CommandSpec } from './specification.ts';

/** Options of every command; those with a value take the next word for it. */
const COMMON_OPTIONS: Readonly<Record<string, 'value' | 'flag'>> = {
  '--api': 'value',
  '--output': 'value',
  '-o': 'value',
  '--help': 'flag',
  '-h': 'flag',
};

/** Options of the commands that change something. */
const CHANGE_OPTIONS = { '--wait': 'flag', '--timeout': 'value' } as const;

const BOOLEAN_WORDS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['true', 't', 'yes', 'y', '1'].map((word) => [word, 'true'])),
  ...Object.fromEntries(['false', 'f', 'no', 'n', '0'].map((word) => [word, 'false'])),
};

/** Words that are no command of the model. */
const OTHER_COMMANDS = ['batch', 'help'];

/** @throws Failure for a word or an option that there is not, with the nearest one */
export function normalizeArguments(specs: readonly CommandSpec[], argv: readonly string[]): string[] {
  const before: string[] = [];
  const words: string[] = [];
  const help: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at]!;
    // `help networks add` and `networks help add` are what `networks add --help` is.
    if (['help', '--help', '-h'].includes(argument)) {
      help.push('--help');
      continue;
    }
    if (argument.startsWith('-')) {
      before.push(dashedOption(argument));
      if (COMMON_OPTIONS[argument] === 'value' && at + 1 < argv.length) before.push(argv[++at]!);
      continue;
    }
    if (argument === 'batch' && words.length === 0) return [...before, ...argv.slice(at), ...help];
    words.push(resolveWord(specs, words, argument));
    const spec = specs.find((one) => one.words.length === words.length && sameStart(one.words, words));
    if (spec !== undefined) {
      return [...before, ...words, ...normalizeOptions(spec, argv.slice(at + 1)), ...help];
    }
  }
  return [...before, ...words, ...help];
}

/** The word that may come next, for what was written. */
function resolveWord(specs: readonly CommandSpec[], soFar: readonly string[], written: string): string {
  const candidates = new Set(
    specs.filter(({ words }) => sameStart(words, soFar)).map(({ words }) => words[soFar.length]!),
  );
  const word = dashed(written);
  const all = [...candidates];
  const exact = all.find((one) => one === word || singular(one) === word);
  if (exact !== undefined) return exact;
  const beginning = all.filter((one) => one.startsWith(word));
  if (beginning.length === 1) return beginning[0]!;
  const context = ['vnctl', ...soFar].join(' ');
  if (beginning.length > 1)
    throw usageFailure(`"${context} ${written}" may mean ${beginning.join(' or ')}: write more of it`);
  const names = soFar.length === 0 ? [...all, ...OTHER_COMMANDS] : all;
  const hint = didYouMean(word, [...names, ...names.map(singular)]);
  throw usageFailure(
    `unknown command "${context} ${written}"${hint === '' ? `; there are ${names.join(', ')}` : hint}`,
  );
}

function normalizeOptions(spec: CommandSpec, argv: readonly string[]): string[] {
  const kinds = optionKinds(spec);
  const normalized: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const argument = dashedOption(argv[at]!);
    const [, option = '', , value] = /^(-[^=]*)(=(.*))?$/s.exec(argument) ?? [];
    const kind = kinds.get(option);
    if (option === '' || option === '-' || option === '--') normalized.push(argument);
    else if (kind === undefined) {
      throw usageFailure(`unknown option ${option}${didYouMean(option, kinds.keys())}`);
    } else if (kind === 'value') {
      normalized.push(argument);
      if (value === undefined && at + 1 < argv.length) normalized.push(argv[++at]!);
    } else if (kind === 'flag') normalized.push(argument);
    else if (kind === 'negated boolean') normalized.push(`${option.replace('--no-', '--')}=false`);
    else {
      // The word after a boolean is its value only when it is one for a boolean.
      const next = value === undefined ? BOOLEAN_WORDS[argv[at + 1]?.toLowerCase() ?? ''] : undefined;
      if (next !== undefined) at++;
      const given = value === undefined ? next : (BOOLEAN_WORDS[value.toLowerCase()] ?? value);
      normalized.push(`${option}=${given ?? 'true'}`);
    }
  }
  return normalized;
}

type OptionKind = 'value' | 'flag' | 'boolean' | 'negated boolean';

function optionKinds(spec: CommandSpec): Map<string, OptionKind> {
  const kinds = new Map<string, OptionKind>();
  for (const { name, type } of spec.params) {
    kinds.set(`--${dashed(name)}`, type === 'boolean' ? 'boolean' : 'value');
    if (type === 'boolean') kinds.set(`--no-${dashed(name)}`, 'negated boolean');
  }
  const common = { ...COMMON_OPTIONS, ...(spec.changing ? CHANGE_OPTIONS : {}) };
  for (const [option, kind] of Object.entries(common)) kinds.set(option, kind);
  return kinds;
}

/** `--display_name=a_b` → `--display-name=a_b` */
function dashedOption(argument: string): string {
  return argument.replace(/^--[^=]+/, dashed);
}

function sameStart(words: readonly string[], start: readonly string[]): boolean {
  return start.every((word, index) => words[index] === word);
}
