import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { environmentName, kebab, type OptionDeclaration, type OptionTable, type OptionValues } from './declare.ts';
import { didYouMean } from './nearest.ts';

/** Options that cannot be used as they are given; the message names the option, the value and what would be right. */
export class OptionError extends Error {
  override name = 'OptionError';
}

export interface OptionSources {
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads the file of `--config`. */
  readonly readFile?: (path: string) => string;
}

/** What one source says about one option, before its kind is looked at. */
type Given = Map<string, readonly string[]>;

const TRUE = ['true', 'yes', '1', 'on'];
const FALSE = ['false', 'no', '0', 'off'];

/**
 * The values of all options: an argument counts before the environment, that before the configuration file (`--config
 * FILE.yaml` or `VNET_CONFIG`), that before the default.
 * @throws OptionError for an unknown option or key (with the nearest right one), a missing or unusable value
 */
export function readOptions<Table extends OptionTable>(table: Table, sources: OptionSources): OptionValues<Table> {
  const byArgument = fromArguments(table, sources.argv);
  const byEnvironment = fromEnvironment(table, sources.env);
  const configPath = byArgument.get('config')?.at(-1) ?? sources.env['VNET_CONFIG'];
  const byFile = configPath === undefined ? new Map<string, string[]>() : fromFile(table, configPath, sources.readFile);
  const values = Object.entries(table).map(([name, option]) => {
    const given = byArgument.get(name) ?? byEnvironment.get(name) ?? byFile.get(name);
    return [name, given === undefined ? standardValue(name, option) : convert(name, option, given)];
  });
  return Object.fromEntries(values) as OptionValues<Table>;
}

function fromArguments(table: OptionTable, argv: readonly string[]): Given {
  const names = new Map(Object.keys(table).map((name) => [kebab(name), name]));
  names.set('config', 'config');
  const given: Given = new Map();
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at]!;
    const [, written, , inline] = /^--([^=]+)(=([^]*))?$/.exec(argument) ?? [];
    if (written === undefined) {
      throw new OptionError(`unexpected argument "${argument}": options begin with --; see --help`);
    }
    const name = names.get(written.replaceAll('_', '-'));
    if (name === undefined) {
      const known = [...names.keys()].map((known) => `--${known}`);
      throw new OptionError(`unknown option --${written}${didYouMean(`--${written}`, known)}`);
    }
    const isFlag = table[name]?.kind === 'flag';
    const value = inline ?? (isFlag ? 'true' : argv[++at]);
    if (value === undefined || (inline === undefined && !isFlag && value.startsWith('--'))) {
      throw new OptionError(`option --${written} needs a value; see --help`);
    }
    given.set(name, [...(given.get(name) ?? []), value]);
  }
  return given;
}

function fromEnvironment(table: OptionTable, env: OptionSources['env']): Given {
  return new Map(
    Object.keys(table).flatMap((name) => {
      const value = env[environmentName(name)];
      return value === undefined || value === '' ? [] : [[name, [value]]];
    }),
  );
}

function fromFile(table: OptionTable, path: string, readFile = (file: string) => readFileSync(file, 'utf8')): Given {
  const names = new Map(Object.keys(table).map((name) => [kebab(name), name]));
  const given: Given = new Map();
  for (const [key, value] of Object.entries(parseFile(path, readFile))) {
    const name = names.get(key.replaceAll('_', '-'));
    if (name === undefined) throw new OptionError(`${path}: unknown key "${key}"${didYouMean(key, names.keys())}`);
    const items = Array.isArray(value) ? (value as unknown[]) : [value];
    const unusable = items.find((item) => typeof item === 'object');
    if (unusable !== undefined) {
      throw new OptionError(`${path}: key "${key}" has the value ${JSON.stringify(unusable)}: expected text`);
    }
    given.set(name, items.map(String));
  }
  return given;
}

function parseFile(path: string, readFile: (path: string) => string): Record<string, unknown> {
  let content: unknown;
  try {
    content = parse(readFile(path)) as unknown;
  } catch (error) {
    throw new OptionError(`cannot read the configuration file ${path}: ${(error as Error).message}`);
  }
  if (content === null || content === undefined) return {};
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new OptionError(`${path}: expected YAML of the form "key: value"`);
  }
  return content as Record<string, unknown>;
}

function convert(
  name: string,
  option: OptionDeclaration,
  given: readonly string[],
): string | boolean | readonly string[] {
  if (option.kind === 'list') {
    return given.flatMap((item) => item.split(',').map((part) => part.trim())).filter((part) => part !== '');
  }
  const value = given.at(-1) ?? '';
  if (option.kind === 'text') return value;
  const word = value.toLowerCase();
  if (!TRUE.includes(word) && !FALSE.includes(word)) {
    throw new OptionError(`option --${kebab(name)} is on or off, not "${value}": give true or false`);
  }
  return TRUE.includes(word);
}

function standardValue(name: string, option: OptionDeclaration): string | boolean | readonly string[] | undefined {
  if (option.kind === 'flag') return false;
  if (option.kind === 'text' && option.required) {
    const key = kebab(name);
    throw new OptionError(
      `option --${key} ${option.value} is missing (or ${environmentName(name)}, or "${key}:" in --config): ${option.doc}`,
    );
  }
  return option.default;
}
