/** The options of a daemon as a table: from one line each come the argument, the environment variable, the key of the
 * configuration file, the type and the help text. */

interface Documented {
  /** One line for `--help`. */
  readonly doc: string;
}

export interface TextOption<Default extends string | undefined = string | undefined> extends Documented {
  readonly kind: 'text';
  /** What stands for the value in `--help`, for example `ENDPOINT`. */
  readonly value: string;
  readonly default: Default;
  readonly required: boolean;
}

export interface ListOption extends Documented {
  readonly kind: 'list';
  readonly value: string;
  readonly default: readonly string[];
}

export interface FlagOption extends Documented {
  readonly kind: 'flag';
}

export type OptionDeclaration = TextOption | ListOption | FlagOption;

/** Names in camelCase: `stateDir` is `--state-dir`, `VNET_STATE_DIR` and `state-dir:` or `state_dir:` in the file. */
export type OptionTable = Readonly<Record<string, OptionDeclaration>>;

export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends TextOption<infer Default>
    ? Default
    : Table[Name] extends ListOption
      ? readonly string[]
      : boolean;
};

/** One value, absent when it is not given. */
export function optional(value: string, doc: string): TextOption {
  return { kind: 'text', value, doc, default: undefined, required: false };
}

/** One value, with a default. */
export function text(value: string, standard: string, doc: string): TextOption<string> {
  return { kind: 'text', value, doc, default: standard, required: false };
}

/** One value without which the program does not start. */
export function required(value: string, doc: string): TextOption<string> {
  return { kind: 'text', value, doc, default: '', required: true };
}

/** Several values: the option repeated, or separated by commas. */
export function list(value: string, standard: readonly string[], doc: string): ListOption {
  return { kind: 'list', value, doc, default: standard };
}

/** On or off; off unless given. */
export function flag(doc: string): FlagOption {
  return { kind: 'flag', doc };
}

/** `stateDir` → `state-dir` */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `stateDir` → `VNET_STATE_DIR` */
export function environmentName(name: string): string {
  return `VNET_${kebab(name).replaceAll('-', '_').toUpperCase()}`;
}
