import { Command, Option } from 'commander';
import { declarationOf, isEntityEndpoint, type Param } from '@vnet/model';
import { shells } from '../completion/script.ts';
import { usageFailure } from '../failure.ts';
import { formats, type GivenSettings } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { exampleOf } from './example.ts';
import { dashed } from './names.ts';
import type { CommandSpec } from './specification.ts';
import { placeOf, topicOf } from './topics.ts';

/** A command as it was called. */
export interface Invocation extends GivenSettings {
  readonly spec: CommandSpec;
  readonly uuids: readonly string[];
  /** By the names that the API has for them. */
  readonly params: Readonly<Record<string, string>>;
  readonly waitSeconds?: number;
  /** Of `--file`. */
  readonly file?: string;
}

export interface Handlers {
  readonly onCommand: (invocation: Invocation) => Promise<void>;
  readonly onBatch: (file: string | undefined, settings: GivenSettings) => Promise<void>;
  readonly onCompletion: (shell: string) => void;
}

const DEFAULT_TIMEOUT_S = 10;
const LONGEST_TIMEOUT_S = 240;

/** The tree of commands for commander: it parses, and writes the help. */
export function buildProgram(specs: readonly CommandSpec[], terminal: Terminal, handlers: Handlers): Command {
  const program = new Command('vnctl')
    .usage('COMMAND [OPTIONS]')
    .description('Command line of VNet.')
    .addOption(new Option('-o, --output <format>', 'how to print').choices([...formats, 'yml']))
    .option('--api <url>', 'where vnapi is (or VNET_WEBAPI=HOST:PORT, or webapi_uri and webapi_port in ~/.vnctlrc)')
    .addHelpText('after', exampleText('vnctl networks add --uuid nw-web --ipv4-network 10.101.0.0 --mode virtual'))
    .addHelpText('after', '\n"vnctl help networks" and "vnctl help networks add" say more.')
    .addHelpCommand(
      new Command('help')
        .argument('[command...]')
        .description('Say what there is to write behind a command.')
        .helpGroup(topicOf('help')),
    )
    .configureHelp({ subcommandTerm: (command) => command.name(), showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.replace(/\n$/, '')),
      writeErr: (text) => terminal.warn(text.replace(/\n$/, '')),
      outputError: (text, write) => write(`vnctl: ${text.replace(/^error: /, '')}`),
    });
  const given = (): GivenSettings => program.opts<GivenSettings>();
  const inOrder = specs.toSorted((a, b) => compare(placeOf(a.words[0]!), placeOf(b.words[0]!)));
  for (const spec of inOrder) addCommand(program, spec, terminal, handlers);
  program
    .command('batch')
    .helpGroup(topicOf('batch'))
    .description('Run the commands in a file (or on stdin), one on each line, without "vnctl".')
    .argument('[file]')
    .addHelpText('after', exampleText('vnctl batch networks.txt'))
    .action((file: string | undefined) => handlers.onBatch(file, given()));
  program
    .command('completion')
    .helpGroup(topicOf('completion'))
    .description(`Print a script that completes commands and options: for ${shells.join(' or ')}.`)
    .argument('<shell>')
    .addHelpText('after', exampleText('source <(vnctl completion bash)'))
    .action((shell: string) => handlers.onCompletion(shell));
  return program;
}

function addCommand(program: Command, spec: CommandSpec, terminal: Terminal, handlers: Handlers): void {
  const parent = spec.words
    .slice(0, -1)
    .reduce((command, word, depth) => subcommand(command, word, depth, spec), program);
  const command = parent.command(spec.words.at(-1)!).description(shownOnly(spec) ? descriptionOf(spec) : spec.doc);
  if (parent === program) command.helpGroup(topicOf(command.name()));
  for (const { name, optional, variadic } of spec.positionals) {
    const shown = `${name}${variadic ? '...' : ''}`;
    command.argument(optional ? `[${shown}]` : `<${shown}>`);
  }
  if (spec.document) command.requiredOption('-f, --file <file>', 'the document, YAML or JSON; - is stdin');
  for (const param of spec.params) command.addOption(optionOf(param));
  for (const name of spec.ignored) command.addOption(new Option(`--${dashed(name)} <text>`).hideHelp());
  if (spec.changing) {
    command.option('--wait', 'return when the change is in the switches, and say on stderr how long it took');
    command.option('--timeout <seconds>', 'with --wait: how long at most', String(DEFAULT_TIMEOUT_S));
  }
  if (spec.table) {
    command.option('--columns <names>', 'columns of the table, separated by commas');
  }
  command.addHelpText('after', exampleText(exampleOf(spec)));
  command.action(async (...values: unknown[]) => {
    // Commander gives the positionals, the options and the command, in this order.
    const uuids = values
      .slice(0, -2)
      .flat()
      .filter((value) => typeof value === 'string');
    const options = command.opts<Record<string, string>>();
    const { file, columns } = options;
    for (const name of spec.ignored.filter((ignored) => options[camelCased(ignored)] !== undefined)) {
      terminal.warn(`vnctl: --${dashed(name)} does nothing here: it is taken for scripts written for OpenVNet`);
    }
    await handlers.onCommand({
      spec,
      uuids,
      params: paramsOf(spec, options),
      ...program.opts<GivenSettings>(),
      ...(columns === undefined ? {} : { columns }),
      ...(file === undefined ? {} : { file }),
      ...(options['wait'] === undefined ? {} : { waitSeconds: parseTimeout(options['timeout'] ?? '') }),
    });
  });
}

/** The command of a noun, made when it is first needed; its example is that of the first command that needs it. */
function subcommand(parent: Command, word: string, depth: number, first: CommandSpec): Command {
  const existing = parent.commands.find((command) => command.name() === word);
  if (existing !== undefined) return existing;
  const command = parent
    .command(word)
    .description(NOUNS[word] ?? descriptionOf(first))
    .helpCommand(false)
    .addHelpText('after', exampleText(exampleOf(first)));
  return depth === 0 ? command.helpGroup(topicOf(word)) : command;
}

/** A list of a noun that has no verbs says what is in it. */
function shownOnly({ endpoints: [endpoint] }: CommandSpec): boolean {
  return (
    endpoint !== undefined &&
    isEntityEndpoint(endpoint) &&
    endpoint.api.kind === 'resource' &&
    endpoint.api.readOnly === true
  );
}

/** Nouns that stand for several things. */
const NOUNS: Readonly<Record<string, string>> = {
  edge: 'What edges have found out: discovered legacy machines, and which edge carries which VLAN.',
};

/** Of a noun: what its declaration says that it is. */
function descriptionOf({ endpoints: [endpoint], doc }: CommandSpec): string {
  return endpoint !== undefined && isEntityEndpoint(endpoint) ? declarationOf(endpoint.entity).doc : doc;
}

function exampleText(example: string): string {
  return `\nExample:\n  ${example}`;
}

function optionOf(param: Param): Option {
  const value = param.values?.join('|') ?? VALUE_NAMES[param.type];
  const aliases = param.aliases?.map((alias) => `--${dashed(alias)}`).join(', ');
  const doc = [
    param.doc,
    // The API fills it in: commander is not to send it.
    ...(param.default === undefined || param.default === '' ? [] : [`Default: ${param.default}.`]),
    ...(aliases === undefined ? [] : [`Also ${aliases}.`]),
  ];
  const option = new Option(`--${dashed(param.name)} <${value}>`, doc.join(' '));
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

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
