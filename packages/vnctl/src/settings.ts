/** Where the API is and how to print, from options, environment and configuration file (reference §4.1, §7.5). */
import { didYouMean } from '@vnet/model/options';
import { usageFailure } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** name: uuids only, one on each line. */
export const formats = ['table', 'json', 'yaml', 'name'] as const;
export type Format = (typeof formats)[number];

export interface Settings {
  /** With the version: `http://127.0.0.1:9090/api/1.0`. */
  readonly api: string;
  readonly format: Format;
  /** Of the table, when they were chosen. */
  readonly columns?: readonly string[];
}

/** What the command line says about it. */
export interface GivenSettings {
  readonly api?: string;
  readonly output?: string;
  /** `uuid,mode` */
  readonly columns?: string;
}

/** Keys of the configuration file, with their defaults. */
const KEYS = {
  webapi_protocol: 'http',
  webapi_uri: '127.0.0.1',
  webapi_port: '9090',
  webapi_version: '1.0',
  output_format: 'table',
};
type Key = keyof typeof KEYS;

/** The first that exists counts. */
function configFiles(home: string | undefined): string[] {
  const own = home === undefined ? [] : [`${home}/.vnctlrc`, `${home}/.vnctl.conf`];
  return [...own, '/etc/openvnet/vnctl.conf', '/etc/wakame-vnet/vnctl.conf'];
}

/**
 * `--api` and `-o` count before the environment, that before the file. With VNET_WEBAPI no file is read.
 * @throws Failure for a value that cannot be used
 */
export function readSettings(options: GivenSettings, terminal: Terminal): Settings {
  const address = options.api ?? nonEmpty(terminal.env['VNET_WEBAPI']);
  const file = address === undefined ? readConfigFile(terminal) : KEYS;
  const origin = address ?? `${file.webapi_protocol}://${file.webapi_uri}:${file.webapi_port}`;
  const api = `${parseOrigin(origin)}/api/${file.webapi_version}`;
  if (options.columns === undefined) return { api, format: parseFormat(options.output ?? file.output_format) };
  const format = parseFormat(options.output ?? 'table');
  if (format !== 'table') throw usageFailure(`--columns is for tables: leave out -o ${format}`);
  return { api, format, columns: options.columns.split(',').map((column) => column.trim().replaceAll('-', '_')) };
}

/** `host:port` or a URL, without the slash at its end. */
function parseOrigin(text: string): string {
  const url = /^https?:\/\//.test(text) ? text : `http://${text}`;
  if (!URL.canParse(url)) {
    throw usageFailure(`"${text}" is no address of the API: expected HOST:PORT or http://HOST:PORT`);
  }
  return url.replace(/\/+$/, '');
}

function parseFormat(text: string): Format {
  const format = text === 'yml' ? 'yaml' : text;
  const known = formats.find((one) => one === format);
  if (known !== undefined) return known;
  throw usageFailure(`output format "${text}" is not known: expected ${formats.join(', ')}`);
}

function readConfigFile({ env, readFile }: Terminal): Record<Key, string> {
  for (const path of configFiles(env['HOME'])) {
    const text = readFile(path);
    if (text !== undefined) return { ...KEYS, ...parseConfig(path, text) };
  }
  return KEYS;
}

/** Lines `key: value`, `key value` or `key = value`; `#` begins a comment. */
function parseConfig(path: string, text: string): Partial<Record<Key, string>> {
  const entries = text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '' && line !== '---')
    .map((line) => parseLine(path, line));
  return Object.fromEntries(entries);
}

function parseLine(path: string, line: string): [string, string] {
  const [, key, value] = /^(?:config\.)?([\w-]+)\s*[:=\s]\s*(\S.*)$/.exec(line) ?? [];
  if (key === undefined || value === undefined) {
    throw usageFailure(`${path}: "${line}" is not understood: expected lines of the form "key: value"`);
  }
  const known = Object.keys(KEYS);
  if (!known.includes(key)) throw usageFailure(`${path}: unknown key "${key}"${didYouMean(key, known)}`);
  return [key, value.replace(/^(["'])(.*)\1$/, '$2')];
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
