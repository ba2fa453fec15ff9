import { expect } from 'vitest';
import { type Cases, exactly, list, madeUp, object } from '../case.ts';
import { INTERFACE, INTERFACE_B, MAC_LEASE, NETWORK, NETWORK_B } from '../given.ts';
import type { ObjectName } from '../reference/objects.ts';

const POLICY = 'POST /lease_policies?uuid=lp-a';
const RANGES = [
  'POST /ip_range_groups?uuid=iprg-a',
  'POST /ip_range_groups/iprg-a/ip_ranges?uuid=ipr-a&begin_ipv4_address=10.1.0.100&end_ipv4_address=10.1.0.110',
];
/** A policy that gives addresses of nw-a. */
export const ALLOCATING = [
  NETWORK,
  POLICY,
  ...RANGES,
  'POST /lease_policies/lp-a/networks/nw-a?ip_range_group_uuid=iprg-a',
];

export const leasePolicies: Cases = {
  'POST /lease_policies': {
    send: '/lease_policies?uuid=lp-a&timing=dhcp&mode=simple',
    reply: object('LeasePolicy', { uuid: 'lp-a', timing: 'dhcp', mode: 'simple' }),
  },
  'POST /lease_policies (without what is optional)': {
    send: '/lease_policies',
    reply: object('LeasePolicy', { uuid: madeUp('lp'), timing: 'immediate', mode: 'simple' }),
  },
  'GET /lease_policies': {
    given: [POLICY, 'POST /lease_policies?uuid=lp-b'],
    send: '/lease_policies',
    reply: list('LeasePolicy', { uuid: 'lp-a' }, { uuid: 'lp-b' }),
  },
  'GET /lease_policies/:uuid': {
    given: [POLICY],
    send: '/lease_policies/lp-a',
    reply: object('LeasePolicy', { uuid: 'lp-a', timing: 'immediate' }),
  },
  'PUT /lease_policies/:uuid': {
    given: [POLICY],
    send: '/lease_policies/lp-a?timing=dhcp',
    reply: object('LeasePolicy', { timing: 'dhcp' }),
    then: [['PUT /lease_policies/lp-a', { timing: 'dhcp' }]],
    meant: 'a PUT without `timing` leaves it as it is',
  },
  'DELETE /lease_policies/:uuid': {
    given: ALLOCATING,
    send: '/lease_policies/lp-a',
    reply: exactly(['lp-a']),
    then: [
      ['GET /networks/nw-a', { uuid: 'nw-a' }],
      [POLICY, { uuid: 'lp-a' }],
      ['GET /lease_policies/lp-a/networks', { total_count: 0 }],
    ],
  },
  'POST /lease_policies/:uuid/networks/:network_uuid': {
    given: [POLICY, NETWORK, ...RANGES],
    send: '/lease_policies/lp-a/networks/nw-a?ip_range_group_uuid=iprg-a',
    reply: exactly({ uuid: 'lp-a' }),
    // The same again is allowed.
    then: [['POST /lease_policies/lp-a/networks/nw-a?ip_range_group_uuid=iprg-a', { uuid: 'lp-a' }]],
  },
  'GET /lease_policies/:uuid/networks': {
    given: [...ALLOCATING, NETWORK_B, 'POST /lease_policies/lp-a/networks/nw-b?ip_range_group_uuid=iprg-a'],
    send: '/lease_policies/lp-a/networks',
    reply: list('Network', { uuid: 'nw-a' }, { uuid: 'nw-b' }),
  },
  'DELETE /lease_policies/:uuid/networks/:network_uuid': {
    given: ALLOCATING,
    send: '/lease_policies/lp-a/networks/nw-a',
    reply: exactly({ uuid: 'lp-a' }),
    then: [['GET /lease_policies/lp-a/networks', { total_count: 0 }]],
  },
  'POST /lease_policies/:uuid/interfaces/:interface_uuid': {
    given: [...ALLOCATING, INTERFACE, MAC_LEASE, INTERFACE_B],
    send: '/lease_policies/lp-a/interfaces/if-a?label=web',
    reply: exactly({ uuid: 'lp-a' }),
    then: [['GET /interfaces/if-a', { ipv4_address: '10.1.0.100', network_uuid: 'nw-a' }]],
    // Without a MAC lease.
    refused: [['POST /lease_policies/lp-a/interfaces/if-b', 'ArgumentError']],
  },
  'POST /lease_policies/:uuid/interfaces/:interface_uuid (a policy without a network)': {
    given: [...ALLOCATING, INTERFACE, MAC_LEASE, 'POST /lease_policies?uuid=lp-b'],
    send: '/lease_policies/lp-a/interfaces/if-a',
    reply: exactly({ uuid: 'lp-a' }),
    refused: [['POST /lease_policies/lp-b/interfaces/if-a', 'ArgumentError']],
  },
  'GET /lease_policies/:uuid/interfaces': {
    given: [...ALLOCATING, INTERFACE, MAC_LEASE, 'POST /lease_policies/lp-a/interfaces/if-a'],
    send: '/lease_policies/lp-a/interfaces',
    reply: list('Interface', { uuid: 'if-a' }),
  },
  'DELETE /lease_policies/:uuid/interfaces/:interface_uuid': {
    given: [...ALLOCATING, INTERFACE, MAC_LEASE, 'POST /lease_policies/lp-a/interfaces/if-a'],
    send: '/lease_policies/lp-a/interfaces/if-a',
    reply: exactly({ uuid: 'lp-a' }),
    then: [
      ['GET /lease_policies/lp-a/interfaces', { total_count: 0 }],
      // The lease stays.
      ['GET /interfaces/if-a', { ipv4_address: '10.1.0.100' }],
    ],
  },
  'POST /lease_policies/:uuid/ip_leases': {
    given: [
      ...ALLOCATING,
      'POST /ip_lease_containers?uuid=ilc-a',
      'POST /lease_policies/lp-a/ip_lease_containers/ilc-a',
    ],
    send: '/lease_policies/lp-a/ip_leases?ip_lease_uuid=il-a&label=none',
    reply: object('IpLease', { uuid: 'il-a', ipv4_address: '10.1.0.100', interface_id: null }),
    then: [
      ['GET /ip_lease_containers/ilc-a/ip_leases', { total_count: 0 }],
      ['POST /lease_policies/lp-a/ip_leases', { uuid: madeUp('il'), ipv4_address: '10.1.0.101' }],
      ['GET /ip_lease_containers/ilc-a/ip_leases', { items: [{ ipv4_address: '10.1.0.101' }] }],
    ],
    refused: [
      ['POST /lease_policies/lp-a/ip_leases?ip_lease_uuid=il-a', 'DuplicateUUID'],
      ['POST /lease_policies/lp-a/ip_leases?ip_lease_uuid=nw-a', 'InvalidUUID'],
    ],
  },
  ...containerCases('ip_lease_containers', 'ip_lease_container_uuid', 'ilc', 'IpLeaseContainer'),
  ...containerCases('ip_retention_containers', 'ip_retention_container_uuid', 'irc', 'IpRetentionContainer'),
};

function containerCases(path: string, param: string, prefix: string, name: ObjectName): Cases {
  const here = `/lease_policies/lp-a/${path}`;
  const [a, b] = [`${prefix}-a`, `${prefix}-b`];
  const given = [POLICY, `POST /${path}?uuid=${a}`, `POST /${path}?uuid=${b}`];
  const both = [...given, `POST ${here}/${a}`, `POST ${here}/${b}`];
  return {
    [`POST /lease_policies/:uuid/${path}/:${param}`]: {
      given,
      send: `${here}/${a}`,
      reply: object(name, { uuid: a }),
      then: [[`POST ${here}/${b}`, { uuid: b }]],
      refused: [[`POST ${here}/${a}`, 'RelationAlreadyExists']],
      meant: 'a policy may have several containers; only the same one again is refused',
    },
    [`GET /lease_policies/:uuid/${path}`]: { given: both, send: here, reply: list(name, { uuid: a }, { uuid: b }) },
    [`DELETE /lease_policies/:uuid/${path}/:${param}`]: {
      given: both,
      send: `${here}/${a}`,
      reply: object(name, { uuid: a }),
      then: [[`GET ${here}`, { items: [{ uuid: b }] }]],
      refused: [[`DELETE ${here}/${a}`, 'UnknownUUIDResource']],
    },
  };
}

interface Group {
  readonly path: string;
  readonly uuids: readonly [string, string];
  readonly name: ObjectName;
  readonly standard: string;
  readonly other: string;
}

/** What groups of IP and of MAC ranges have in common. */
function groupCases({ path, uuids: [a, b], name, standard, other }: Group): Cases {
  return {
    [`POST /${path}`]: {
      send: `/${path}?uuid=${a}&allocation_type=${other}`,
      reply: object(name, { uuid: a, allocation_type: other }),
    },
    [`POST /${path} (without what is optional)`]: {
      send: `/${path}`,
      reply: object(name, { uuid: madeUp(a.replace(/-.*/, '')), allocation_type: standard }),
    },
    [`GET /${path}`]: {
      given: [`POST /${path}?uuid=${a}`, `POST /${path}?uuid=${b}`],
      send: `/${path}`,
      reply: list(name, { uuid: a }, { uuid: b }),
    },
    [`GET /${path}/:uuid`]: {
      given: [`POST /${path}?uuid=${a}`],
      send: `/${path}/${a}`,
      reply: object(name, { uuid: a }),
    },
    [`PUT /${path}/:uuid`]: {
      given: [`POST /${path}?uuid=${a}`],
      send: `/${path}/${a}?allocation_type=${other}`,
      reply: object(name, { allocation_type: other }),
      then: [[`PUT /${path}/${a}`, { allocation_type: other }]],
      meant: 'a PUT without `allocation_type` leaves it as it is',
    },
    [`DELETE /${path}/:uuid`]: {
      given: [`POST /${path}?uuid=${a}`],
      send: `/${path}/${a}`,
      reply: exactly([a]),
      refused: [[`GET /${path}/${a}`, 'UnknownUUIDResource']],
    },
  };
}

const IN_USE = 'a uuid that is in use is refused (OpenVNet gave it to the new range and renamed the old one)';
const MAC_RANGE = 'begin_mac_address=02:aa:00:00:00:01&end_mac_address=02:aa:00:00:00:ff';

export const ipRangeGroups: Cases = {
  ...groupCases({
    path: 'ip_range_groups',
    uuids: ['iprg-a', 'iprg-b'],
    name: 'IpRangeGroup',
    standard: 'incremental',
    other: 'decremental',
  }),
  'POST /ip_range_groups/:uuid/ip_ranges': {
    given: ['POST /ip_range_groups?uuid=iprg-a'],
    send: '/ip_range_groups/iprg-a/ip_ranges?uuid=ipr-a&begin_ipv4_address=10.1.0.1&end_ipv4_address=10.1.0.9',
    reply: object('IpRange', { uuid: 'ipr-a', begin_ipv4_address: 0x0a010001, end_ipv4_address: 0x0a010009 }),
    refused: [
      ['POST /ip_range_groups/iprg-a/ip_ranges?end_ipv4_address=10.1.0.9', 'MissingArgument'],
      ['POST /ip_range_groups/iprg-a/ip_ranges?begin_ipv4_address=10.1.0.1', 'MissingArgument'],
    ],
    meant: IN_USE,
  },
  'GET /ip_range_groups/:uuid/ip_ranges': {
    given: RANGES,
    send: '/ip_range_groups/iprg-a/ip_ranges',
    reply: list('IpRange', { uuid: 'ipr-a' }),
  },
  'DELETE /ip_range_groups/:uuid/ip_ranges/:ip_range_uuid': {
    given: [...RANGES, 'POST /ip_range_groups?uuid=iprg-b'],
    send: '/ip_range_groups/iprg-a/ip_ranges/ipr-a',
    reply: exactly(['ipr-a']),
    then: [['GET /ip_range_groups/iprg-a/ip_ranges', { total_count: 0 }]],
  },
};

export const macRangeGroups: Cases = {
  ...groupCases({
    path: 'mac_range_groups',
    uuids: ['mrg-a', 'mrg-b'],
    name: 'MacRangeGroup',
    standard: 'random',
    other: 'random',
  }),
  'POST /mac_range_groups/:uuid/mac_ranges': {
    given: ['POST /mac_range_groups?uuid=mrg-a'],
    send: `/mac_range_groups/mrg-a/mac_ranges?uuid=mr-a&${MAC_RANGE}`,
    reply: object('MacRange', { uuid: 'mr-a', begin_mac_address: 0x02aa00000001, end_mac_address: 0x02aa000000ff }),
    refused: [
      [
        'POST /mac_range_groups/mrg-a/mac_ranges?begin_mac_address=02:aa:00:00:00:02&end_mac_address=02:aa:00:00:00:01',
        'ArgumentError',
      ],
      ['POST /mac_range_groups/mrg-a/mac_ranges?end_mac_address=02:aa:00:00:00:01', 'MissingArgument'],
    ],
    meant: IN_USE,
  },
  'GET /mac_range_groups/:uuid/mac_ranges': {
    given: ['POST /mac_range_groups?uuid=mrg-a', `POST /mac_range_groups/mrg-a/mac_ranges?uuid=mr-a&${MAC_RANGE}`],
    send: '/mac_range_groups/mrg-a/mac_ranges',
    reply: list('MacRange', { uuid: 'mr-a' }),
  },
  'DELETE /mac_range_groups/:uuid/mac_ranges/:mac_range_uuid': {
    given: [
      'POST /mac_range_groups?uuid=mrg-a',
      'POST /mac_range_groups?uuid=mrg-b',
      `POST /mac_range_groups/mrg-a/mac_ranges?uuid=mr-a&${MAC_RANGE}`,
      `POST /mac_range_groups/mrg-b/mac_ranges?uuid=mr-b&${MAC_RANGE}`,
    ],
    send: '/mac_range_groups/mrg-a/mac_ranges/mr-a',
    reply: exactly(['mr-a']),
    refused: [['DELETE /mac_range_groups/mrg-a/mac_ranges/mr-b', 'UnknownUUIDResource']],
  },
};

const LEASED = [
  ...ALLOCATING,
  'POST /ip_lease_containers?uuid=ilc-a',
  'POST /ip_retention_containers?uuid=irc-a&lease_time=1000&grace_time=100',
  'POST /lease_policies/lp-a/ip_lease_containers/ilc-a',
  'POST /lease_policies/lp-a/ip_retention_containers/irc-a',
  'POST /lease_policies/lp-a/ip_leases?ip_lease_uuid=il-a',
];

export const containers: Cases = {
  'POST /ip_lease_containers': {
    send: '/ip_lease_containers?uuid=ilc-a',
    reply: object('IpLeaseContainer', { uuid: 'ilc-a' }),
  },
  'PUT /ip_lease_containers/:uuid': {
    given: ['POST /ip_lease_containers?uuid=ilc-a'],
    send: '/ip_lease_containers/ilc-a',
    reply: object('IpLeaseContainer', { uuid: 'ilc-a' }),
  },
  'GET /ip_lease_containers': {
    given: ['POST /ip_lease_containers?uuid=ilc-a', 'POST /ip_lease_containers?uuid=ilc-b'],
    send: '/ip_lease_containers',
    reply: list('IpLeaseContainer', { uuid: 'ilc-a' }, { uuid: 'ilc-b' }),
  },
  'GET /ip_lease_containers/:uuid': {
    given: ['POST /ip_lease_containers?uuid=ilc-a'],
    send: '/ip_lease_containers/ilc-a',
    reply: object('IpLeaseContainer', { uuid: 'ilc-a' }),
  },
  'DELETE /ip_lease_containers/:uuid': {
    given: LEASED,
    send: '/ip_lease_containers/ilc-a',
    reply: exactly(['ilc-a']),
    then: [
      ['GET /ip_leases/il-a', { uuid: 'il-a' }],
      ['GET /lease_policies/lp-a/ip_lease_containers', { total_count: 0 }],
    ],
  },
  'GET /ip_lease_containers/:uuid/ip_leases': {
    given: [...LEASED, 'POST /lease_policies/lp-a/ip_leases?ip_lease_uuid=il-b'],
    send: '/ip_lease_containers/ilc-a/ip_leases',
    reply: list('IpLease', { uuid: 'il-a' }, { uuid: 'il-b' }),
  },
  'POST /ip_retention_containers': {
    send: '/ip_retention_containers?uuid=irc-a&lease_time=3600&grace_time=60',
    reply: object('IpRetentionContainer', { uuid: 'irc-a', lease_time: 3600, grace_time: 60 }),
    refused: [['POST /ip_retention_containers?grace_time=-1', 'ArgumentError']],
  },
  'POST /ip_retention_containers (without times)': {
    send: '/ip_retention_containers',
    reply: object('IpRetentionContainer', { lease_time: null, grace_time: null }),
  },
  'PUT /ip_retention_containers/:uuid': {
    given: ['POST /ip_retention_containers?uuid=irc-a&lease_time=3600&grace_time=60'],
    send: '/ip_retention_containers/irc-a?lease_time=7200&grace_time=120',
    reply: object('IpRetentionContainer', { lease_time: 7200, grace_time: 120 }),
    meant: 'both times that the endpoint declares can be changed',
  },
  'GET /ip_retention_containers': {
    given: ['POST /ip_retention_containers?uuid=irc-a', 'POST /ip_retention_containers?uuid=irc-b'],
    send: '/ip_retention_containers',
    reply: list('IpRetentionContainer', { uuid: 'irc-a' }, { uuid: 'irc-b' }),
  },
  'GET /ip_retention_containers/:uuid': {
    given: ['POST /ip_retention_containers?uuid=irc-a&lease_time=3600'],
    send: '/ip_retention_containers/irc-a',
    reply: object('IpRetentionContainer', { lease_time: 3600, grace_time: null }),
  },
  'DELETE /ip_retention_containers/:uuid': {
    given: LEASED,
    send: '/ip_retention_containers/irc-a',
    reply: exactly(['irc-a']),
    then: [['GET /ip_leases/il-a', { uuid: 'il-a' }]],
  },
  'GET /ip_retention_containers/:uuid/ip_retentions': {
    given: LEASED,
    send: '/ip_retention_containers/irc-a/ip_retentions',
    reply: list('IpRetention', { leased_at: expect.any(String) as string, released_at: null }),
  },
};
