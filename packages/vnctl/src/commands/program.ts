import { Command, Option } from 'commander';
import type { Param } from '@vnet/model';
import { usageFailure } from '../failure.ts';
import { formats } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { exampleOf } from './example.ts';
import { dashed, singular } from './names.ts';
import type { CommandSpec } from './specification.ts';

/** A command as it was called. */
export interface Invocation {
  readonly spec: CommandSpec;
  readonly uuids: readonly string[];
  /** By the names that the API has for them. */
  readonly params: Readonly<Record<string, string>>;
  readonly waitSeconds?: number;
  readonly api?: string;
  readonly output?: string;
}

export interface Handlers {
  readonly onCommand: (invocation: Invocation) => Promise<void>;
  readonly onBatch: (file: string | undefined) => Promise<void>;
}

const DEFAULT_TIMEOUT_S = 10;
const LONGEST_TIMEOUT_S = 240;

/** The tree of commands for commander: it parses, and writes the help. */
export function buildProgram(specs: readonly CommandSpec[], terminal: Terminal, handlers: Handlers): Command {
  const program = new Command('vnctl')
    .description('Command line of VNet.')
    .addOption(new Option('-o, --output <format>', 'how to print').choices([...formats, 'yml']))
    .option('--api <url>', 'where vnapi is (or VNET_WEBAPI=HOST:PORT, or webapi_uri and webapi_port in ~/.vnctlrc)')
    .addHelpText('after', '\nExample:\n  vnctl networks add --uuid nw-web --ipv4-network 10.101.0.0 --mode virtual')
    .helpCommand('help [command...]', 'display help for a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.replace(/\n$/, '')),
      writeErr: (text) => terminal.warn(text.replace(/\n$/, '')),
      outputError: (text, write) => write(`vnctl: ${text.replace(/^error: /, '')}`),
    });
  for (const spec of specs) addCommand(program, spec, handlers);
  program
    .command('batch')
    .description('Run the commands in a file (or on stdin), one on each line, without "vnctl".')
    .argument('[file]')
    .addHelpText('after', '\nExample:\n  vnctl batch networks.txt')
    .action((file: string | undefined) => handlers.onBatch(file));
  return program;
}

function addCommand(program: Command, spec: CommandSpec, handlers: Handlers): void {
  const groups = spec.words.slice(0, -1);
  const parent = groups.reduce((command, word) => subcommand(command, word, spec), program);
  const command = parent.command(spec.words.at(-1)!).description(spec.doc);
  for (const { name, optional, variadic } of spec.positionals) {
    const shown = `${name}${variadic ? '...' : ''}`;
    command.argument(optional ? `[${shown}]` : `<${shown}>`);
  }
  for (const param of spec.params) command.addOption(optionOf(param));
  if (spec.changing) {
    command.option('--wait', 'return when the change is in the switches, and say on stderr how long it took');
    command.option('--timeout <seconds>', 'with --wait: how long at most', String(DEFAULT_TIMEOUT_S));
  }
  command.addHelpText('after', `\nExample:\n  ${exampleOf(spec)}`);
  command.action(async (...values: unknown[]) => {
    // Commander gives the positionals, the options and the command, in this order.
    const uuids = values
      .slice(0, -2)
      .flat()
      .filter((value) => typeof value === 'string');
    const options = command.opts<Record<string, string>>();
    const { api, output } = program.opts<{ api?: string; output?: string }>();
    await handlers.onCommand({
      spec,
      uuids,
      params: paramsOf(spec, options),
      ...(options['wait'] === undefined ? {} : { waitSeconds: parseTimeout(options['timeout'] ?? '') }),
      ...(api === undefined ? {} : { api }),
      ...(output === undefined ? {} : { output }),
    });
  });
}

/** The command of a noun, made when it is first needed; its example is that of the first command that needs it. */
function subcommand(parent: Command, word: string, first: CommandSpec): Command {
  const existing = parent.commands.find((command) => command.name() === word);
  if (existing !== undefined) return existing;
  const command = parent
    .command(word)
    .description(`Work with ${word.replaceAll('-', ' ')}.`)
    .addHelpText('after', `\nExample:\n  ${exampleOf(first)}`);
  return singular(word) === word ? command : command.alias(singular(word));
}

function optionOf(param: Param): Option {
  const value = param.values?.join('|') ?? VALUE_NAMES[param.type];
  const option = new Option(`--${dashed(param.name)} <${value}>`, param.doc);
  if (param.default !== undefined && param.default !== '') option.default(undefined, String(param.default));
  return option.makeOptionMandatory(param.required === true);
}

const VALUE_NAMES: Readonly<Record<Param['type'], string>> = {
  string: 'text',
  integer: 'number',
  boolean: 'true|false',
  choice: 'word',
  ipv4: 'address',
  ipv4_prefix: 'address[/prefix]',
  time: 'ms',
  mac: 'mac',
  dpid: 'hex',
  reference: 'uuid',
};

function paramsOf(spec: CommandSpec, options: Readonly<Record<string, string>>): Record<string, string> {
  const given = spec.params.flatMap(({ name }) => {
    const value = options[camelCased(name)];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(given);
}

/** As commander names options: `ipv4_network` → `ipv4Network` */
function camelCased(name: string): string {
  return name.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase());
}

function parseTimeout(text: string): number {
  const seconds = Number(text);
  if (text !== '' && seconds >= 0 && seconds <= LONGEST_TIMEOUT_S) return seconds;
  throw usageFailure(`--timeout "${text}" is not a number of seconds between 0 and ${LONGEST_TIMEOUT_S}`);
}
