import { type Cases, exactly, list, object } from '../case.ts';
import { HOST, HOST_B, NETWORK, NETWORK_B, ROUTE_LINK, ROUTE_LINK_B, SEGMENT, SEGMENT_B } from '../given.ts';
import type { ObjectName } from '../reference/objects.ts';

const OVERLAY = 'POST /topologies?uuid=topo-o&mode=simple_overlay';
const UNDERLAY = 'POST /topologies?uuid=topo-u&mode=simple_underlay';
const UNDERLAY_B = 'POST /topologies?uuid=topo-v&mode=simple_underlay';

export const topologies: Cases = {
  'POST /topologies': {
    send: '/topologies?uuid=topo-o&mode=simple_overlay',
    reply: object('Topology', { uuid: 'topo-o', mode: 'simple_overlay' }),
  },
  'PUT /topologies/:uuid': {
    given: [OVERLAY],
    send: '/topologies/topo-o?mode=simple_underlay',
    reply: object('Topology', { uuid: 'topo-o', mode: 'simple_overlay' }),
  },
  'GET /topologies': {
    given: [OVERLAY, UNDERLAY],
    send: '/topologies',
    reply: list('Topology', { uuid: 'topo-o' }, { uuid: 'topo-u' }),
  },
  'GET /topologies/:uuid': {
    given: [OVERLAY],
    send: '/topologies/topo-o',
    reply: object('Topology', { uuid: 'topo-o', mode: 'simple_overlay' }),
  },
  'DELETE /topologies/:uuid': {
    given: [
      OVERLAY,
      UNDERLAY,
      NETWORK,
      'POST /topologies/topo-o/networks/nw-a',
      'POST /topologies/topo-o/underlays/topo-u',
    ],
    send: '/topologies/topo-o',
    reply: exactly(['topo-o']),
    then: [
      ['GET /networks/nw-a', { uuid: 'nw-a' }],
      ['GET /topologies/topo-u', { uuid: 'topo-u' }],
    ],
  },
  'POST /topologies/:uuid/datapaths/:datapath_uuid': {
    given: [UNDERLAY, ...HOST],
    send: '/topologies/topo-u/datapaths/dp-a?interface_uuid=if-host',
    reply: object('TopologyDatapath'),
    refused: [['POST /topologies/topo-u/datapaths/dp-a?interface_uuid=if-host', 'RelationAlreadyExists']],
  },
  'POST /topologies/:uuid/datapaths/:datapath_uuid (with the lease)': {
    given: [
      UNDERLAY,
      ...HOST,
      ...HOST_B,
      'POST /ip_leases?uuid=il-a&network_uuid=nw-phy&ipv4_address=172.16.0.9&interface_uuid=if-host',
      'POST /interfaces?uuid=if-bare&mode=host&owner_datapath_uuid=dp-b&port_name=eth1&mac_address=02:00:00:00:01:09',
    ],
    send: '/topologies/topo-u/datapaths/dp-a?interface_uuid=if-host&ip_lease_uuid=il-a',
    reply: object('TopologyDatapath'),
    refused: [
      // Without a lease.
      ['POST /topologies/topo-u/datapaths/dp-b?interface_uuid=if-bare', 'ArgumentError'],
    ],
  },
  'GET /topologies/:uuid/datapaths': {
    given: [
      UNDERLAY,
      ...HOST,
      ...HOST_B,
      'POST /topologies/topo-u/datapaths/dp-a?interface_uuid=if-host',
      'POST /topologies/topo-u/datapaths/dp-b?interface_uuid=if-hostb',
    ],
    send: '/topologies/topo-u/datapaths',
    reply: list('TopologyDatapath', {}, {}),
  },
  'DELETE /topologies/:uuid/datapaths/:datapath_uuid': {
    given: [UNDERLAY, ...HOST, 'POST /topologies/topo-u/datapaths/dp-a?interface_uuid=if-host'],
    send: '/topologies/topo-u/datapaths/dp-a',
    reply: exactly(['dp-a']),
    then: [
      ['GET /topologies/topo-u/datapaths', { total_count: 0 }],
      ['DELETE /topologies/topo-u/datapaths/dp-a', ['dp-a']],
    ],
  },
  'POST /topologies/:uuid/underlays/:underlay_uuid': {
    given: [OVERLAY, UNDERLAY],
    send: '/topologies/topo-o/underlays/topo-u',
    reply: object('TopologyLayer'),
    refused: [
      ['POST /topologies/topo-o/underlays/topo-u', 'RelationAlreadyExists'],
      ['POST /topologies/topo-u/underlays/topo-o', 'ArgumentError'],
    ],
  },
  'GET /topologies/:uuid/underlays': {
    given: [
      OVERLAY,
      UNDERLAY,
      UNDERLAY_B,
      'POST /topologies/topo-o/underlays/topo-u',
      'POST /topologies/topo-o/underlays/topo-v',
    ],
    send: '/topologies/topo-o/underlays',
    reply: list('Topology', { uuid: 'topo-u', mode: 'simple_underlay' }, { uuid: 'topo-v' }),
  },
  'DELETE /topologies/:uuid/underlays/:underlay_uuid': {
    given: [OVERLAY, UNDERLAY, 'POST /topologies/topo-o/underlays/topo-u'],
    send: '/topologies/topo-o/underlays/topo-u',
    reply: exactly(['topo-u']),
    then: [['DELETE /topologies/topo-o/underlays/topo-u', ['topo-u']]],
  },
  ...memberCases('networks', 'network_uuid', 'TopologyNetwork', OVERLAY, ['nw-a', 'nw-b'], [NETWORK, NETWORK_B]),
  ...memberCases('segments', 'segment_uuid', 'TopologySegment', OVERLAY, ['seg-a', 'seg-b'], [SEGMENT, SEGMENT_B]),
  ...memberCases(
    'route_links',
    'route_link_uuid',
    'TopologyRouteLink',
    OVERLAY,
    ['rl-a', 'rl-b'],
    [ROUTE_LINK, ROUTE_LINK_B],
  ),
  ...memberCases(
    'mac_range_groups',
    'mac_range_group_uuid',
    'TopologyMacRangeGroup',
    UNDERLAY,
    ['mrg-a', 'mrg-b'],
    ['POST /mac_range_groups?uuid=mrg-a', 'POST /mac_range_groups?uuid=mrg-b'],
  ),
};

/** What a topology holds that needs no more than its uuid. */
function memberCases(
  path: string,
  param: string,
  name: ObjectName,
  topology: string,
  [a, b]: readonly [string, string],
  members: readonly string[],
): Cases {
  const here = `/topologies/${/uuid=([^&]*)/.exec(topology)![1]}/${path}`;
  const given = [topology, ...members];
  const both = [...given, `POST ${here}/${a}`, `POST ${here}/${b}`];
  return {
    [`POST /topologies/:uuid/${path}/:${param}`]: {
      given,
      send: `${here}/${a}`,
      reply: object(name),
      refused: [[`POST ${here}/${a}`, 'RelationAlreadyExists']],
    },
    [`GET /topologies/:uuid/${path}`]: { given: both, send: here, reply: list(name, {}, {}) },
    [`DELETE /topologies/:uuid/${path}/:${param}`]: {
      given: both,
      send: `${here}/${a}`,
      reply: exactly([a]),
      then: [
        [`GET ${here}`, { total_count: 1 }],
        [`DELETE ${here}/${a}`, [a]],
      ],
    },
  };
}
