/** An example for `--help`, made up from the declaration; the values are such that the API takes them. */
import {
  declarationOf,
  entityEndpoints,
  isEntityEndpoint,
  isEntityName,
  type Endpoint,
  type EntityName,
  type FieldType,
  type Param,
} from '@vnet/model';
import { dashed } from './names.ts';
import type { CommandSpec } from './specification.ts';

/** Where the type does not say enough. */
const BY_NAME: Readonly<Record<string, string>> = {
  display_name: 'web',
  node_id: 'hv1',
  port_name: 'vm1',
  domain_name: 'example.org',
  new_uuid: 'if-web2',
  ip_lease_uuid: 'il-web1',
  public_dns: '8.8.8.8',
  rules: 'tcp:22:0.0.0.0/0',
  end_ipv4_address: '10.101.0.99',
  end_mac_address: '02:00:00:00:01:ff',
};

/** The one that people want most often. */
const CHOICES = ['vif', 'virtual', 'dhcp', 'tcp', 'pass', 'static_address', 'simple_overlay'];

const BY_TYPE: Readonly<Record<Exclude<FieldType, 'choice' | 'reference'>, (param: Param) => string>> = {
  string: () => 'web1',
  integer: ({ min = 1 }) => String(Math.max(min, 60)),
  boolean: () => 'true',
  ipv4: ({ name }) => (name.endsWith('network') ? '10.101.0.0' : '10.101.0.10'),
  ipv4_prefix: () => '10.101.0.0/24',
  time: () => '0',
  mac: () => '02:00:00:00:01:01',
  dpid: () => '0x0000aaaaaaaaaaaa',
};

const UUIDS: { readonly [E in EntityName]?: string } = { network: 'nw-web', interface: 'if-web1', datapath: 'dp-hv1' };

/** Behind the words of a command, instead of what its parameters make of it. */
const ENDS: Readonly<Record<string, string>> = {
  tree: '--network-uuid nw-web',
  history: 'nw-web --limit 10',
  export: '> model.yaml',
  apply: '--file model.yaml --dry-run',
  'vlan_translations.create': '--translation-uuid tr-1 --vlan-id 100 --network-uuid nw-web',
};

/** `vnctl networks add --ipv4-network 10.101.0.0` */
export function exampleOf(spec: CommandSpec): string {
  const last = spec.endpoints.at(-1)!;
  const end = ENDS[last.name];
  const options = shownParams(spec, last).flatMap((param) => [`--${dashed(param.name)}`, sample(param)]);
  return [
    'vnctl',
    ...spec.words,
    ...(end === undefined
      ? [...last.pathParams.map(({ entity }) => sampleUuid(entity ?? 'network')), ...options]
      : [end]),
  ].join(' ');
}

/** What must be given; of an update, which requires nothing, something. */
function shownParams({ params }: CommandSpec, endpoint: Endpoint): readonly Param[] {
  const needed = endpoint.method === 'DELETE' ? neededToMake(endpoint) : [];
  const required = params.filter(({ name, required: isRequired }) => isRequired ?? needed.includes(name));
  return required.length > 0 || endpoint.method === 'GET' ? required : params.slice(0, 1);
}

/** What a row without a uuid was made with tells which one to delete. */
function neededToMake(endpoint: Endpoint): string[] {
  if (!isEntityEndpoint(endpoint)) return [];
  const { resource, sub } = endpoint;
  const made = entityEndpoints.find((one) => one.resource === resource && one.sub === sub && one.verb === 'create');
  return made?.params.filter(({ required }) => required).map(({ name }) => name) ?? [];
}

function sample(param: Param): string {
  const { name, type, values = [], to = '' } = param;
  const byName = BY_NAME[name];
  if (type === 'choice') return values.find((value) => CHOICES.includes(value)) ?? values[0] ?? '';
  if (type === 'reference') return isEntityName(to) ? sampleUuid(to) : '';
  return byName ?? String(param.default ?? BY_TYPE[type](param));
}

function sampleUuid(entity: EntityName): string {
  return UUIDS[entity] ?? `${declarationOf(entity).prefix}-1`;
}
