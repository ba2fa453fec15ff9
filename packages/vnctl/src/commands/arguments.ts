/**
 * What OpenVNet's vnctl let people write, brought into the one form that the commands have: `network` for `networks`,
 * `_` for `-`, the beginning of a word where only one fits, no verb before a uuid for `show`, old names of options,
 * `--flag`, `--no-flag` and `--flag T` for booleans.
 */
import { declarationOf } from '@vnet/model';
import { didYouMean } from '@vnet/model/options';
import { usageFailure } from '../failure.ts';
import { dashed, singular } from './names.ts';
import { commonOptions, optionsOf } from './options.ts';
import type { CommandSpec } from './specification.ts';

const BOOLEAN_WORDS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['true', 't', 'yes', 'y', '1'].map((word) => [word, 'true'])),
  ...Object.fromEntries(['false', 'f', 'no', 'n', '0'].map((word) => [word, 'false'])),
};

/** Commands that are no requests: commander alone knows their arguments. */
const LOCAL_COMMANDS = ['batch', 'completion'];

/** @throws Failure for a word or an option that there is not, with the nearest one */
export function normalizeArguments(specs: readonly CommandSpec[], argv: readonly string[]): string[] {
  const before: string[] = [];
  const words: string[] = [];
  const help: string[] = [];
  if (argv.length === 0) return ['--help'];
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at]!;
    // `help networks add` and `networks help add` are what `networks add --help` is.
    if (['help', '--help', '-h'].includes(argument)) {
      help.push('--help');
      continue;
    }
    if (argument.startsWith('-')) {
      before.push(dashedOption(argument));
      if (commonOptions.get(argument)?.kind === 'value' && at + 1 < argv.length) before.push(argv[++at]!);
      continue;
    }
    const asksForOne = isUuidToShow(specs, words, argument);
    words.push(asksForOne ? 'show' : resolveWord(specs, words, argument));
    const rest = argv.slice(asksForOne ? at : at + 1);
    if (words.length === 1 && LOCAL_COMMANDS.includes(words[0]!)) return [...before, ...words, ...rest, ...help];
    const spec = specs.find((one) => one.words.length === words.length && sameStart(one.words, words));
    const other = spec === undefined ? undefined : shownBy(specs, spec, rest);
    if (other !== undefined) return normalizeArguments(specs, [...argv.slice(0, at), ...other]);
    if (spec !== undefined) return [...before, ...words, ...normalizeOptions(specs, spec, rest), ...help];
  }
  return [...before, ...words, ...help];
}

/** `security-groups show sg-1 --stats` is what `security-groups stats sg-1` is. */
function shownBy(specs: readonly CommandSpec[], { words }: CommandSpec, rest: readonly string[]): string[] | undefined {
  if (words.at(-1) !== 'show') return undefined;
  for (const option of rest.filter((argument) => argument.startsWith('--'))) {
    const word = option.slice(2);
    const isOther = specs.some((spec) => sameWords(spec.words, [...words.slice(0, -1), word]));
    if (isOther && words.length > 1) return [word, ...rest.filter((argument) => argument !== option)];
  }
  return undefined;
}

/** `ip_lease_containers ip_leases ilc-1`, as OpenVNet had it, and `networks nw-1`. */
function isUuidToShow(specs: readonly CommandSpec[], words: readonly string[], written: string): boolean {
  if (words.length === 0) return false;
  const show = specs.find((spec) => sameWords(spec.words, [...words, 'show']));
  const entity = show?.endpoints.at(-1)?.pathParams[0]?.entity;
  const prefix = entity === undefined ? undefined : declarationOf(entity).prefix;
  return prefix !== undefined && written.startsWith(`${prefix}-`);
}

/** The word that may come next, for what was written. */
function resolveWord(specs: readonly CommandSpec[], soFar: readonly string[], written: string): string {
  const next = specs.filter(({ words }) => sameStart(words, soFar));
  const at = soFar.length;
  const nouns = [...new Set(next.filter(({ words }) => words.length > at + 1).map(({ words }) => words[at]!))];
  const verbs = [...next.filter(({ words }) => words.length === at + 1).map(({ words }) => words[at]!)];
  if (at === 0) verbs.push(...LOCAL_COMMANDS);
  const all = [...nouns, ...verbs];
  const word = dashed(written);
  const exact = all.find((one) => one === word || singular(one) === word);
  if (exact !== undefined) return exact;
  const beginning = all.filter((one) => one.startsWith(word));
  // At the top, the nouns were there first: `tr` has always meant translations.
  const meant = at === 0 && nouns.some((noun) => beginning.includes(noun)) ? overlap(nouns, beginning) : beginning;
  if (meant.length === 1) return meant[0]!;
  const context = ['vnctl', ...soFar].join(' ');
  if (meant.length > 1) throw usageFailure(`"${context} ${written}" may mean ${meant.join(' or ')}: write more of it`);
  const names = at === 0 ? [...all, 'help'] : all;
  const hint = didYouMean(word, [...names, ...names.map(singular)]);
  throw usageFailure(
    `unknown command "${context} ${written}"${hint === '' ? `; there are ${names.join(', ')}` : hint}`,
  );
}

function normalizeOptions(specs: readonly CommandSpec[], spec: CommandSpec, argv: readonly string[]): string[] {
  const options = optionsOf(spec);
  const normalized: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const argument = dashedOption(argv[at]!);
    const [, written = '', , value] = /^(-[^=]*)(=(.*))?$/s.exec(argument) ?? [];
    const option = options.get(written);
    if (written === '' || written === '-' || written === '--') {
      normalized.push(argument);
      continue;
    }
    if (option === undefined) {
      const hint = didYouMean(written, options.keys()) || whoseOption(specs, spec, written);
      throw usageFailure(`unknown option ${written}${hint}`);
    }
    const { kind, name } = option;
    if (kind === 'flag') normalized.push(name);
    else if (kind === 'negated boolean') normalized.push(`${name}=false`);
    else if (kind === 'boolean') {
      // The word after a boolean is its value only when it is one for a boolean.
      const next = value === undefined ? BOOLEAN_WORDS[argv[at + 1]?.toLowerCase() ?? ''] : undefined;
      if (next !== undefined) at++;
      const given = value === undefined ? next : (BOOLEAN_WORDS[value.toLowerCase()] ?? value);
      normalized.push(`${name}=${given ?? 'true'}`);
    } else if (value !== undefined) normalized.push(`${name}=${value}`);
    else normalized.push(name, ...argv.slice(++at, at + 1));
  }
  return normalized;
}

/** `modify --ipv4-address`: what an `add` beside it takes can only be given there. */
function whoseOption(specs: readonly CommandSpec[], { words }: CommandSpec, option: string): string {
  const sibling = specs.find(
    (spec) => spec.words.length === words.length && sameStart(spec.words, words.slice(0, -1)) && takes(spec, option),
  );
  return sibling === undefined ? '' : `: only "vnctl ${sibling.words.join(' ')}" takes it`;
}

function takes({ params }: CommandSpec, option: string): boolean {
  return params.some(({ name }) => `--${dashed(name)}` === option);
}

/** `--display_name=a_b` → `--display-name=a_b` */
function dashedOption(argument: string): string {
  return argument.replace(/^--[^=]+/, dashed);
}

function overlap(some: readonly string[], others: readonly string[]): string[] {
  return some.filter((one) => others.includes(one));
}

function sameWords(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && sameStart(some, others);
}

function sameStart(words: readonly string[], start: readonly string[]): boolean {
  return start.every((word, index) => words[index] === word);
}
