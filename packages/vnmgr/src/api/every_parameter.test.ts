import {
  type Endpoint,
  type EntityName,
  type FieldType,
  type Param,
  type Reply,
  declarationOf,
  endpoints,
  entityNames,
  errorCatalogue,
  isEntityName,
  isMadeByRequests,
} from '@vnet/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { type TestModel, openModel } from '../../test/model.ts';
import { makeWholeModel } from '../../test/whole_model.ts';

const INJECTIONS = [
  "' OR '1'='1",
  '1; DROP TABLE networks; --',
  '${7*7}',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  '%00',
  'a\u0000b',
];
const NO_SCALARS = [[], {}, ['a'], { a: 1 }];

/** Values that no parameter of the type takes, whatever its limits. */
const WRONG: Readonly<Record<FieldType, readonly unknown[]>> = {
  string: [...NO_SCALARS, true, 'a'.repeat(70_000), 'a\u001b[2Jb', 'a\u0000b', 'half \ud83e'],
  integer: [...NO_SCALARS, ...INJECTIONS, true, 'x', '1.5', 1.5, '1e3', '٣', '1 ', '99999999999999999999', 1e300],
  boolean: [...NO_SCALARS, ...INJECTIONS, 'maybe', 2, 'TRUE?', 'yes please'],
  choice: [...NO_SCALARS, ...INJECTIONS, 'nonsense', 5, true, 'VIRTUAL ', 'virtuаl'],
  ipv4: [
    ...NO_SCALARS,
    ...INJECTIONS,
    5,
    true,
    '10.0.0',
    '10.0.0.256',
    '1.2.3.4.5',
    '10.0.0.0/33',
    '１０.0.0.1',
    '::1',
  ],
  ipv4_prefix: [...NO_SCALARS, ...INJECTIONS, 5, true, '10.0.0', '10.0.0.256', '10.0.0.0/33', '10.0.0.0/-1', '::/0'],
  mac: [...NO_SCALARS, ...INJECTIONS, 5, true, '02:00', '02:00:00:00:00:0g', 'ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:01'],
  dpid: [...NO_SCALARS, ...INJECTIONS, true, '0xzz', '0x'.padEnd(19, 'a'), 'dp'],
  time: [],
  reference: [...NO_SCALARS, ...INJECTIONS, 5, true, 'x', 'zz-1', 'nw_1', '-', 'if-', 'a'.repeat(5_000), 'nw-É'],
};

function prefixOf(entity: string | undefined): string {
  return (entity !== undefined && isEntityName(entity) ? declarationOf(entity).prefix : undefined) ?? 'x';
}

function wrongValues(param: Param): unknown[] {
  const { type, min, max, to, required, maxLength = 255 } = param;
  const prefix = prefixOf(to);
  return [
    ...WRONG[type],
    ...(min === undefined ? [] : [min - 1, String(min - 1)]),
    ...(max === undefined ? [] : [max + 1, String(max + 1)]),
    ...(type === 'string' ? ['é'.repeat(maxLength + 1)] : []),
    ...(type === 'reference' ? [`${prefix}-ABC`, `${prefix}-${'a'.repeat(17)}`, `${prefix}-1'--`, `${prefix}-1 `] : []),
    ...(type === 'reference' && param.column !== 'uuid' ? [`${prefix}-unknown`] : []),
    ...(required === true ? [undefined, ...(type === 'string' ? [] : [''])] : []),
  ];
}

/** A value that the parameter takes, by which a request comes to the one that is tried. */
function rightValue({ type, values, to, min, default: standard }: Param): unknown {
  if (standard !== undefined) return standard;
  const right: Readonly<Record<FieldType, unknown>> = {
    string: 'text',
    integer: min ?? 1,
    boolean: true,
    choice: values?.[0],
    ipv4: '10.1.0.77',
    ipv4_prefix: '10.1.0.0/24',
    mac: '02:00:00:00:77:77',
    dpid: '0x77',
    time: 0,
    reference: `${prefixOf(to)}-1`,
  };
  return right[type];
}

function pathOf(endpoint: Endpoint): Record<string, string> {
  return Object.fromEntries(
    endpoint.pathParams.map(({ name, entity }) => [name, `${prefixOf(entity ?? 'network')}-1`]),
  );
}

function requiredOf(endpoint: Endpoint): Record<string, unknown> {
  const required = endpoint.params.filter((param) => param.required === true);
  return Object.fromEntries(required.map((param) => [param.name, rightValue(param)]));
}

interface Trial {
  readonly what: string;
  readonly path: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, unknown>>;
  /** What the message has to name. */
  readonly names: string;
}

function* paramTrials(endpoint: Endpoint): Generator<Trial> {
  const path = pathOf(endpoint);
  for (const param of endpoint.params) {
    for (const value of wrongValues(param)) {
      const params = { ...requiredOf(endpoint), [param.name]: value };
      const shown = value === undefined ? 'missing' : JSON.stringify(value).slice(0, 60);
      // A uuid of another kind is named by what it should be: `Network#uuid`.
      yield { what: `${param.name} = ${shown}`, path, params, names: param.type === 'reference' ? '' : param.name };
    }
  }
}

function* pathTrials(endpoint: Endpoint): Generator<Trial> {
  const params = requiredOf(endpoint);
  for (const { name, entity } of endpoint.pathParams) {
    const prefix = prefixOf(entity);
    const wrong = [...INJECTIONS, `${prefix}-unknown`, `${prefix}-`, 'zz-1', `${prefix}-É`, 'a'.repeat(5_000), ''];
    for (const value of wrong) {
      yield {
        what: `:${name} = ${value.slice(0, 60)}`,
        path: { ...pathOf(endpoint), [name]: value },
        params,
        names: '',
      };
    }
  }
}

const CODES = new Map<string, number>(Object.values(errorCatalogue).map(({ code, status }) => [code, status]));

onEachDatabase((databases) => {
  let model: TestModel;
  beforeAll(async () => {
    model = await openModel(await databases.url());
    await makeWholeModel(model);
  }, 60_000);
  afterAll(() => model.close());

  const attempt = (endpoint: Endpoint, { path, params }: Trial): Promise<Reply> =>
    model.call(endpoint.name, {}, { path, params: JSON.parse(JSON.stringify(params)) as Trial['params'] });

  function complaint({ names }: Trial, { ok, error }: Reply): string | undefined {
    if (ok) return 'accepted';
    if (error === undefined) return 'no error';
    const { status, code, message } = error;
    if (status !== 400 && status !== 404) return `status ${status}: ${message}`;
    if (CODES.get(code) !== status) return `code ${code} with status ${status}`;
    if (!message.includes(names)) return `does not name ${names}: ${message}`;
    return message.length > 400 ? `long: ${message.length} characters` : undefined;
  }

  describe('the model for these tests', () => {
    it('has a row of every entity that requests can make', async () => {
      const made = entityNames.filter((entity) => declarationOf(entity).api.some(isMadeByRequests));
      const counts = await Promise.all(made.map((entity) => model.store.reader.count<EntityName>(entity)));
      expect(made.filter((_entity, i) => counts[i] === 0)).toEqual([]);
    });
  });

  describe('every parameter of every endpoint', () => {
    const tested = endpoints.filter(({ operation }) => operation !== 'apply');
    it.each(tested.map((endpoint) => [endpoint.name, endpoint] as const))('%s', async (_name, endpoint) => {
      const before = model.store.revision;
      const complaints: string[] = [];
      let count = 0;
      for (const trial of [...paramTrials(endpoint), ...pathTrials(endpoint)]) {
        const wrong = complaint(trial, await attempt(endpoint, trial));
        if (wrong !== undefined) complaints.push(`${trial.what}: ${wrong}`);
        count++;
      }
      expect(complaints).toEqual([]);
      expect(model.store.revision).toBe(before);
      expect(count).toBeGreaterThanOrEqual(endpoint.params.length + endpoint.pathParams.length);
    });
  });
});
