/** What follows from the parameters of the reference: requests that have to be refused, and with which error. */
import { type RequestLine, splitOnce } from './client.ts';
import type { ReferenceError } from './reference/errors.ts';

export interface ReferenceParam {
  readonly name: string;
  readonly required: boolean;
  readonly form: string;
}

/** @param text as in reference/endpoints.ts */
export function parseParams(text: string): ReferenceParam[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const [name, form] = splitOnce(word, ':');
      return { name: name.replace('!', ''), required: name.endsWith('!'), form };
    });
}

type Refusal = readonly [RequestLine, ReferenceError];

/** Values of the wrong form, by form. */
const WRONG: Readonly<Record<string, readonly string[]>> = {
  int: ['many', '1.5'],
  bool: ['maybe', 'TRUEISH'],
  ip: ['10.1.0', '10.1.0.256', 'nw-a'],
  mac: ['02:00:00:00:00', '02-no-mac', '02:00:00:00:00:00:00'],
  dpid: ['0xhex', '12345678901234567'],
};

function wrongValues({ name, form }: ReferenceParam): readonly (readonly [string, ReferenceError])[] {
  const invalid = (values: readonly string[], error: ReferenceError) => values.map((value) => [value, error] as const);
  if (form.endsWith('-')) {
    const wrong = invalid(['faulty', `${form}UPPER`, `${form}12345678901234567`, 'zz-a'], 'InvalidUUID');
    return name === 'uuid' ? wrong : [...wrong, [`${form}nowhere`, 'UnknownUUIDResource']];
  }
  if (form.includes('|')) return invalid(['sideways'], 'ArgumentError');
  const [, min, max] = /^(\d+)\.\.(\d+)$/.exec(form) ?? [];
  if (max !== undefined) return invalid([String(Number(min) - 1), String(Number(max) + 1), 'many'], 'ArgumentError');
  return invalid(WRONG[form] ?? [], 'ArgumentError');
}

function withParam(request: RequestLine, name: string, value: string | undefined): RequestLine {
  const [path, query] = splitOnce(request, '?');
  const params = query.split('&').filter((param) => param !== '' && splitOnce(param, '=')[0] !== name);
  return `${path}?${[...params, ...(value === undefined ? [] : [`${name}=${value}`])].join('&')}`;
}

/** The first prefix of a path that ends in a uuid, once of no known object, once of no form at all. */
function wrongPaths(row: string, request: RequestLine): Refusal[] {
  const [path, query] = splitOnce(request, '?');
  const segments = path.split('/');
  return row.split('/').flatMap((name, i): Refusal[] => {
    if (!name.startsWith(':')) return [];
    const replaced = (value: string): RequestLine => `${segments.with(i, value).join('/')}?${query}`;
    const prefix = splitOnce(segments[i]!, '-')[0];
    return [
      [replaced('faulty'), 'InvalidUUID'],
      [replaced('zz-a'), 'InvalidUUID'],
      [replaced(`${prefix}-nowhere`), 'UnknownUUIDResource'],
    ];
  });
}

/**
 * @param row of the reference: `POST /networks`
 * @param request one that is accepted, with method
 */
export function refusalsOf(
  row: string,
  params: readonly ReferenceParam[],
  request: RequestLine,
  unchecked: readonly string[] = [],
): Refusal[] {
  const checked = params.filter(({ name }) => !unchecked.includes(name));
  const isPaged = params.some(({ name }) => name === 'limit');
  return [
    ...wrongPaths(row.replace(/ \(.*\)$/, ''), request),
    ...checked
      .filter(({ required }) => required)
      .map(({ name }): Refusal => [withParam(request, name, undefined), 'MissingArgument']),
    ...checked.flatMap((param) =>
      wrongValues(param).map(([value, error]): Refusal => [withParam(request, param.name, value), error]),
    ),
    ...(isPaged ? ['limit=many', 'limit=-1', 'offset=-1'] : []).map((query): Refusal => [
      `${request}?${query}`,
      'ArgumentError',
    ]),
  ];
}

/** Names of the parameters that a request carries. */
export function paramsIn(request: RequestLine): string[] {
  return splitOnce(request, '?')[1]
    .split('&')
    .filter(Boolean)
    .map((param) => splitOnce(param, '=')[0]);
}
