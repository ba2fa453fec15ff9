/** An example for `--help`, made up from the declaration. */
import { entityNames, declarationOf, isEntityName, type FieldType, type Param } from '@vnet/model';
import { dashed } from './names.ts';
import type { CommandSpec } from './specification.ts';

const SAMPLES: Readonly<Record<Exclude<FieldType, 'choice' | 'reference'>, (param: Param) => string>> = {
  string: ({ name }) => (name.endsWith('name') ? 'web1' : 'hv1'),
  integer: ({ default: standard, min = 1 }) => String(standard ?? min),
  boolean: () => 'true',
  ipv4: ({ name }) => (name.endsWith('network') ? '10.101.0.0' : '10.101.0.10'),
  ipv4_prefix: () => '10.101.0.0/24',
  time: () => '0',
  mac: () => '02:00:00:00:01:01',
  dpid: () => '0x0000aaaaaaaaaaaa',
};

/** `vnctl networks add --ipv4-network 10.101.0.0` */
export function exampleOf(spec: CommandSpec): string {
  const required = spec.params.filter((param) => param.required);
  // An update requires nothing and is of no use without anything.
  const shown = required.length > 0 || spec.endpoints[0]!.method === 'GET' ? required : spec.params.slice(0, 1);
  return [
    'vnctl',
    ...spec.words,
    ...spec.endpoints.at(-1)!.pathParams.map(({ entity }) => sampleUuid(entity!)),
    ...shown.flatMap((param) => [`--${dashed(param.name)}`, sample(param)]),
  ].join(' ');
}

function sample(param: Param): string {
  if (param.type === 'choice') return param.values?.at(-1) ?? '';
  if (param.type === 'reference') return param.to === undefined || !isEntityName(param.to) ? '' : sampleUuid(param.to);
  return SAMPLES[param.type](param);
}

function sampleUuid(entity: (typeof entityNames)[number]): string {
  return `${declarationOf(entity).prefix ?? entity}-1`;
}
