/** Text or JSON from outside → typed values, by the declaration of the endpoint; the first failure is thrown. */
import { formatIpv4, formatMac, ipv4Mask, isUnicastMac, parseDpid, parseIpv4, parseMac } from './addresses.ts';
import type { Field, FieldType } from './declaration.ts';
import type { Endpoint, Param } from './endpoints.ts';
import { declarationOf, isEntityName } from './entities/index.ts';
import { VnetError, modelName } from './errors.ts';
import { didYouMean } from './options/nearest.ts';

/** Addresses as numbers, references as uuids, absent parameters absent. */
export type ParamValue = string | number | boolean | null;

export interface ValidRequest {
  /** uuids, by the name of the path parameter. */
  readonly path: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, ParamValue>>;
}

const INTEGER = /^(?:-?(?:0|[1-9]\d*)|0x[0-9a-f]+)$/i;
/** What OpenVNet took for a boolean. */
const BOOLEANS = new Map<unknown, boolean>([
  ...['y', 'yes', 't', 'true', '1', true, 1].map((text) => [text, true] as const),
  ...['n', 'no', 'f', 'false', '0', false, 0].map((text) => [text, false] as const),
]);

/** Every length of an IPv4 prefix. */
const PREFIXES: readonly number[] = Array.from({ length: 33 }, (_, prefix) => prefix);

/** Of a value in a message: it may be as long as a request. */
const SHOWN_LENGTH = 80;

/** Control characters (Unicode Cc) but tab and line feed: in names they only serve to fool terminals and logs. */
const CONTROL = /[^\P{Cc}\t\n]/u;
/** A text of several lines may also end them as others do. */
const CONTROL_IN_LINES = /[^\P{Cc}\t\n\r]/u;
/** Half of a character, which no database can store. */
const HALF_CHARACTER = /\p{Surrogate}/u;

function excerpt(text: string | undefined): string {
  return text !== undefined && text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : String(text);
}

function refuse(param: Param, value: unknown, expected: string): never {
  throw new VnetError('ArgumentError', `${param.name}: ${excerpt(JSON.stringify(value))} is not ${expected}`);
}

function coerceString(param: Param, value: unknown): string {
  const { maxLength = 255 } = param;
  if (typeof value !== 'string' && typeof value !== 'number') refuse(param, value, 'a text');
  const text = String(value);
  if (text.length > maxLength) refuse(param, text, `a text of at most ${maxLength} characters`);
  if ((param.multiline === true ? CONTROL_IN_LINES : CONTROL).test(text))
    refuse(param, text, 'free of control characters');
  if (HALF_CHARACTER.test(text)) refuse(param, text, 'a text of whole characters');
  return text;
}

function coerceInteger(param: Param, value: unknown): number {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = param;
  const number = typeof value === 'string' && INTEGER.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) refuse(param, value, 'an integer');
  if (number < min || number > max) refuse(param, value, `between ${min} and ${max}`);
  return number;
}

function coerceBoolean(param: Param, value: unknown): boolean {
  return BOOLEANS.get(value) ?? refuse(param, value, 'true or false');
}

function coerceChoice(param: Param, value: unknown): string {
  const values = param.values ?? [];
  if (typeof value === 'string' && values.includes(value)) return value;
  return refuse(param, value, `one of ${values.join(', ')}`);
}

/** `24` or `255.255.255.0` → 24. */
function parsePrefix(text: string): number | undefined {
  const mask = parseIpv4(text);
  return PREFIXES.find((prefix) => text === String(prefix) || mask === ipv4Mask(prefix));
}

/** `10.0.0.1/8` → the address, and the prefix if there is one; undefined when either is none. */
function parseSubnet(value: unknown): { readonly address: number; readonly prefix?: number } | undefined {
  const [text, length, ...more] = typeof value === 'string' ? value.split('/') : [];
  const address = parseIpv4(text ?? '');
  if (address === undefined || more.length > 0) return undefined;
  if (length === undefined) return { address };
  const prefix = parsePrefix(length);
  return prefix === undefined ? undefined : { address, prefix };
}

/** OpenVNet took an address with a prefix or a netmask and ignored that. */
function coerceIpv4(param: Param, value: unknown): number {
  return parseSubnet(value)?.address ?? refuse(param, value, 'an IPv4 address such as 10.101.0.1');
}

/** → `10.0.0.0/8`, host part as given; without a prefix `/32`, and any address for 0.0.0.0. */
function coerceIpv4Prefix(param: Param, value: unknown): string {
  const subnet = parseSubnet(value) ?? refuse(param, value, 'an IPv4 address or subnet such as 10.101.0.0/24');
  const { address, prefix = address === 0 ? 0 : 32 } = subnet;
  return `${formatIpv4(address)}/${prefix}`;
}

function coerceMac(param: Param, value: unknown): number {
  const address = typeof value === 'string' ? parseMac(value) : undefined;
  if (address === undefined) refuse(param, value, 'a MAC address such as 02:00:00:00:00:01');
  if (!isUnicastMac(address)) refuse(param, formatMac(address), 'the MAC address of one station');
  return address;
}

function coerceDpid(param: Param, value: unknown): string {
  const dpid = typeof value === 'string' ? parseDpid(value) : undefined;
  return dpid ?? refuse(param, value, 'a datapath id: up to 16 hexadecimal digits, such as 0x0000aaaaaaaaaaaa');
}

/** Checks the form of a uuid: `nw-` and 1 to 16 lower case letters or digits (reference §1.4). */
export function checkUuid(entity: string, key: string, value: unknown, form: string): string {
  const prefix = isEntityName(entity) ? declarationOf(entity).prefix : undefined;
  if (prefix !== undefined && typeof value === 'string' && new RegExp(`^${prefix}-${form}$`).test(value)) return value;
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  throw new VnetError('InvalidUUID', `${modelName(entity)}#${key}: ${excerpt(shown)}`);
}

/** Checks that a text may be the uuid of something. */
function checkAnyUuid(key: string, text = ''): string {
  if (/^[a-z]{1,8}-\w{1,64}$/.test(text)) return text;
  throw new VnetError('InvalidUUID', `${key}: ${excerpt(text)} is not a uuid, such as nw-web`);
}

function coerceReference(param: Param, value: unknown): string {
  return checkUuid(param.to ?? '', 'uuid', value, '[a-z0-9]{1,16}');
}

const coercions: Record<FieldType, (param: Param, value: unknown) => ParamValue> = {
  string: coerceString,
  integer: coerceInteger,
  boolean: coerceBoolean,
  choice: coerceChoice,
  ipv4: coerceIpv4,
  ipv4_prefix: coerceIpv4Prefix,
  mac: coerceMac,
  dpid: coerceDpid,
  time: coerceInteger,
  reference: coerceReference,
};

/** An empty text is a text, unless the column can be without a value: that is how a query takes one away. */
function isUnset(field: Field, value: unknown): boolean {
  return value === null || (value === '' && (field.type !== 'string' || field.nullable === true));
}

/** undefined: the parameter was not given. */
function coerce(param: Param, value: unknown): ParamValue | undefined {
  if (value !== undefined && !isUnset(param, value)) return coercions[param.type](param, value);
  if (value !== undefined && param.nullable === true) return null;
  if (param.required === true) throw new VnetError('MissingArgument', param.name);
  return param.default;
}

/** The value under the parameter's name or one of its old names. */
function given({ name, aliases = [] }: Param, params: Readonly<Record<string, unknown>>): unknown {
  return params[aliases.find((alias) => params[alias] !== undefined) ?? name];
}

/** @throws {VnetError} ArgumentError for a parameter that the endpoint does not have, with the nearest one */
export function checkNames({ name: endpoint, params }: Endpoint, names: readonly string[]): void {
  const known = params.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const shown = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
  throw new VnetError(
    'ArgumentError',
    `${excerpt(unknown)}: not a parameter of ${endpoint}${didYouMean(unknown, known) || `; ${shown}`}`,
  );
}

/**
 * Checks and converts the values of parameters. Those that are not declared are dropped, as OpenVNet did.
 *
 * @throws {VnetError} MissingArgument, ArgumentError or InvalidUUID, naming the parameter and the value.
 */
export function validateParams(
  declared: readonly Param[],
  params: Readonly<Record<string, unknown>>,
): Readonly<Record<string, ParamValue>> {
  const values = declared
    .map((param) => [param.name, coerce(param, given(param, params))] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(values) as Record<string, ParamValue>;
}

/** Checks and converts one request; throws what {@link validateParams} throws. */
export function validate(
  endpoint: Endpoint,
  path: Readonly<Record<string, string>>,
  params: Readonly<Record<string, unknown>>,
): ValidRequest {
  // Paths are checked less strictly, as in OpenVNet: what no row can have is simply not found.
  const uuids = endpoint.pathParams.map(({ name, entity }) => [
    name,
    entity === undefined ? checkAnyUuid(name, path[name]) : checkUuid(entity, name, path[name], '\\w+'),
  ]);
  return {
    path: Object.fromEntries(uuids) as Record<string, string>,
    values: validateParams(endpoint.params, params),
  };
}
