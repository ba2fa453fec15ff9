import { expect } from 'vitest';
import { type Cases, exactly, list, object } from '../case.ts';
import {
  DATAPATH,
  DATAPATH_B,
  HOST,
  NETWORK,
  NETWORK_B,
  ROUTE_LINK,
  ROUTE_LINK_B,
  SEGMENT,
  SEGMENT_B,
} from '../given.ts';
import type { ObjectName } from '../reference/objects.ts';

export const datapaths: Cases = {
  'POST /datapaths': {
    send: '/datapaths?uuid=dp-a&display_name=rack1&enable_ovs_learn_action=false&node_id=vna1&dpid=0x0000AAAAaaaaaaaa',
    reply: object('Datapath', {
      uuid: 'dp-a',
      display_name: 'rack1',
      dpid: '0x0000aaaaaaaaaaaa',
      node_id: 'vna1',
      enable_ovs_learn_action: false,
    }),
  },
  'POST /datapaths (without 0x)': {
    send: '/datapaths?display_name=a&node_id=a&dpid=ff',
    reply: object('Datapath', { dpid: '0x00000000000000ff', enable_ovs_learn_action: true }),
  },
  'POST /datapaths (0.9)': {
    send: '/datapaths?display_name=a&node_id=a&dpid=ff&is_connected=true',
    reply: object('Datapath', {}, ['is_connected']),
    // It was taken and did nothing.
    unchecked: ['is_connected'],
  },
  'GET /datapaths': {
    given: [DATAPATH, DATAPATH_B],
    send: '/datapaths',
    reply: list('Datapath', { uuid: 'dp-a' }, { uuid: 'dp-b' }),
  },
  'GET /datapaths/:uuid': {
    given: [DATAPATH],
    send: '/datapaths/dp-a',
    reply: object('Datapath', { uuid: 'dp-a', dpid: '0x000000000000000a' }),
  },
  'PUT /datapaths/:uuid': {
    given: [DATAPATH],
    send: '/datapaths/dp-a?display_name=rack2&enable_ovs_learn_action=false',
    reply: object('Datapath', { display_name: 'rack2', enable_ovs_learn_action: false, node_id: 'a' }),
  },
  'PUT /datapaths/:uuid (0.9)': {
    given: [DATAPATH],
    send: '/datapaths/dp-a?node_id=other&dpid=0xb',
    reply: object('Datapath', { node_id: 'other', dpid: '0x000000000000000b' }),
  },
  'DELETE /datapaths/:uuid': {
    given: [...HOST, NETWORK, 'POST /datapaths/dp-a/networks/nw-a?interface_uuid=if-host'],
    send: '/datapaths/dp-a',
    reply: exactly(['dp-a']),
    then: [
      ['GET /datapaths', { total_count: 0 }],
      // The interface stays, its port on the datapath goes.
      ['GET /interfaces/if-host/ports', { total_count: 0 }],
    ],
  },
};

interface Link {
  readonly path: string;
  readonly param: string;
  readonly row: ObjectName;
  readonly other: ObjectName;
  readonly uuids: readonly [string, string];
  readonly given: readonly [string, string];
}

const LINKS: readonly Link[] = [
  {
    path: 'networks',
    param: 'network_uuid',
    row: 'DatapathNetwork',
    other: 'Network',
    uuids: ['nw-a', 'nw-b'],
    given: [NETWORK, NETWORK_B],
  },
  {
    path: 'segments',
    param: 'segment_uuid',
    row: 'DatapathSegment',
    other: 'Segment',
    uuids: ['seg-a', 'seg-b'],
    given: [SEGMENT, SEGMENT_B],
  },
  {
    path: 'route_links',
    param: 'route_link_uuid',
    row: 'DatapathRouteLink',
    other: 'RouteLink',
    uuids: ['rl-a', 'rl-b'],
    given: [ROUTE_LINK, ROUTE_LINK_B],
  },
];

/** The same for networks, segments and route links. */
function linkCases({ path, param, row, other, uuids: [a, b], given }: Link): Cases {
  const here = `/datapaths/dp-a/${path}`;
  const both = [...HOST, ...given, ...[a, b].map((uuid) => `POST ${here}/${uuid}?interface_uuid=if-host`)];
  return {
    [`POST /datapaths/:uuid/${path}/:${param}`]: {
      given: [...HOST, ...given],
      send: `${here}/${a}?interface_uuid=if-host&mac_address=02:00:00:00:02:01`,
      reply: object(row, {
        mac_address: 0x020000000201,
        ip_lease_id: expect.any(Number) as number,
        topology_id: null,
        topology_layer_id: null,
        topology_mac_range_group_id: null,
      }),
      refused: [
        [`POST ${here}/${a}?interface_uuid=if-host`, 'RelationAlreadyExists'],
        [`POST ${here}/${b}?interface_uuid=if-host&mac_address=02:00:00:00:02:01`, 'ArgumentError'],
      ],
    },
    [`POST /datapaths/:uuid/${path}/:${param} (a MAC is made up)`]: {
      given: [...HOST, ...given],
      send: `${here}/${a}?interface_uuid=if-host`,
      reply: object(row, { mac_address: expect.any(Number) as number }),
    },
    [`GET /datapaths/:uuid/${path}`]: { given: both, send: here, reply: list(other, { uuid: a }, { uuid: b }) },
    [`DELETE /datapaths/:uuid/${path}/:${param}`]: {
      given: both,
      send: `${here}/${a}`,
      reply: exactly([a]),
      then: [
        [`GET ${here}`, { items: [{ uuid: b }] }],
        // Also when there is none.
        [`DELETE ${here}/${a}`, [a]],
      ],
    },
  };
}

export const datapathLinks: Cases = Object.assign({}, ...LINKS.map(linkCases)) as Cases;
