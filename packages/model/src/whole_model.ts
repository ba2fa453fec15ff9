/** The endpoints that are about the model as a whole, and the table of all endpoints. */
import { type Endpoint, type ModelEndpoint, PAGING, entityEndpoints } from './endpoints.ts';

const modelEndpoints: readonly ModelEndpoint[] = [
  {
    name: 'find',
    method: 'GET',
    path: '/find/:uuid',
    operation: 'query',
    resource: 'find',
    pathParams: [{ name: 'uuid' }],
    params: [],
    doc: 'Show what has this uuid, whatever it is.',
  },
  {
    name: 'tree',
    method: 'GET',
    path: '/tree',
    operation: 'query',
    resource: 'tree',
    pathParams: [],
    params: [
      { name: 'network_uuid', type: 'reference', to: 'network', doc: 'Only this network.' },
      { name: 'segment_uuid', type: 'reference', to: 'segment', doc: 'Only this segment.' },
    ],
    doc: 'The networks and segments with their interfaces, addresses and where each lives.',
  },
  {
    name: 'agents',
    method: 'GET',
    path: '/agents',
    operation: 'query',
    resource: 'agents',
    pathParams: [],
    params: [],
    doc: 'The hosts: whether their agents are connected, how far they are, and what they warn of.',
  },
  {
    name: 'security_groups.stats',
    method: 'GET',
    path: '/security_groups/:uuid/stats',
    operation: 'query',
    resource: 'security_groups',
    pathParams: [{ name: 'uuid', entity: 'security_group' }],
    params: [],
    doc: 'What the rules of a security group have let pass, and what was denied to its members.',
  },
  {
    name: 'why',
    method: 'GET',
    path: '/why/:from_uuid/:to_uuid',
    operation: 'query',
    resource: 'why',
    pathParams: [
      { name: 'from_uuid', entity: 'interface' },
      { name: 'to_uuid', entity: 'interface' },
    ],
    params: [
      {
        name: 'packet',
        type: 'string',
        default: 'icmp',
        maxLength: 16,
        doc: 'tcp:22, udp:53, icmp or a protocol number.',
      },
    ],
    doc: 'Whether a first packet from one interface to another arrives, and which rule decides on which host.',
  },
  {
    name: 'history',
    method: 'GET',
    path: '/history',
    operation: 'query',
    resource: 'history',
    pathParams: [],
    params: [{ name: 'uuid', type: 'string', doc: 'Only what changed this object.' }, ...PAGING],
    doc: 'What was changed, when and by whom; the last change first.',
  },
  {
    name: 'export',
    method: 'GET',
    path: '/export',
    operation: 'query',
    resource: 'export',
    pathParams: [],
    params: [],
    doc: 'The whole model as a document that apply takes.',
  },
  {
    name: 'apply',
    method: 'POST',
    path: '/apply',
    operation: 'apply',
    resource: 'apply',
    pathParams: [],
    params: [
      { name: 'dry_run', type: 'boolean', default: false, doc: 'Only say what would be changed.' },
      {
        name: 'prune',
        type: 'boolean',
        default: false,
        doc: 'Delete what the document does not name, of the resources that it has a section for.',
      },
    ],
    document: 'document',
    doc: 'Make the model as the document says, in one transaction.',
  },
];

/** Every endpoint there is: routes of vnapi, commands of vnctl, dispatch of vnmgr. */
export const endpoints: readonly Endpoint[] = [...entityEndpoints, ...modelEndpoints];

const byName = new Map(endpoints.map((endpoint) => [endpoint.name, endpoint]));

/** The endpoint of this name: `networks.create`. */
export function findEndpoint(name: string): Endpoint | undefined {
  return byName.get(name);
}
