import { expect } from 'vitest';
import { type Cases, array, exactly, list, object } from '../case.ts';
import {
  DATAPATH,
  DATAPATH_B,
  INTERFACE,
  INTERFACE_B,
  LEASED_INTERFACE,
  NETWORK,
  NETWORK_B,
  ROUTE_LINK,
  SEGMENT,
  SEGMENT_B,
} from '../given.ts';

const PORTS = [
  INTERFACE,
  DATAPATH,
  DATAPATH_B,
  'DELETE /interfaces/if-a/ports',
  'POST /interfaces/if-a/ports?datapath_uuid=dp-a&port_name=tap1',
  'POST /interfaces/if-a/ports?datapath_uuid=dp-b&port_name=tap2&singular=true',
];

const RANGE = [
  'POST /mac_range_groups?uuid=mrg-a',
  'POST /mac_range_groups/mrg-a/mac_ranges?begin_mac_address=02:aa:00:00:00:01&end_mac_address=02:aa:00:00:00:01',
];

export const interfaces: Cases = {
  'POST /interfaces': {
    given: [DATAPATH, SEGMENT, 'POST /networks?uuid=nw-a&ipv4_network=10.1.0.0&segment_uuid=seg-a'],
    send:
      '/interfaces?uuid=if-a&owner_datapath_uuid=dp-a&enable_filtering=true&display_name=web&enable_routing=true&' +
      'enable_route_translation=true&network_uuid=nw-a&segment_uuid=seg-a&mode=vif&ipv4_address=10.1.0.9&' +
      'mac_address=02:00:00:00:00:09&port_name=tap9',
    reply: object('Interface', {
      uuid: 'if-a',
      mode: 'vif',
      display_name: 'web',
      enable_routing: true,
      enable_route_translation: true,
      enable_filtering: true,
      mac_leases: [{ mac_address: '02:00:00:00:00:09', ip_leases: [{ ipv4_address: '10.1.0.9' }] }],
      mac_address: '02:00:00:00:00:09',
      ip_leases: [{ ipv4_address: '10.1.0.9', network_uuid: 'nw-a', interface_uuid: 'if-a' }],
      network_uuid: 'nw-a',
      ipv4_address: '10.1.0.9',
    }),
    then: [
      ['GET /interfaces/if-a/ports', { items: [{ port_name: 'tap9', singular: true, interface_mode: 'vif' }] }],
      ['GET /interfaces/if-a/segments', { total_count: 1 }],
    ],
    refused: [
      [
        'POST /interfaces?mode=vif&network_uuid=nw-a&ipv4_address=10.2.0.1&mac_address=02:00:00:00:00:0a',
        'ArgumentError',
      ],
      [
        'POST /interfaces?mode=vif&network_uuid=nw-a&ipv4_address=10.1.0.9&mac_address=02:00:00:00:00:0a',
        'ArgumentError',
      ],
      ['POST /interfaces?mode=vif&mac_address=02:00:00:00:00:09', 'ArgumentError'],
    ],
  },
  'POST /interfaces (mode alone)': {
    send: '/interfaces?uuid=if-a&mode=simulated',
    reply: object('Interface', { mode: 'simulated', enable_routing: false, mac_leases: [] }, [
      'mac_address',
      'ip_leases',
      'network_uuid',
      'ipv4_address',
    ]),
    then: [['GET /interfaces/if-a/ports', { items: [{ datapath_id: null, port_name: null, singular: null }] }]],
  },
  'POST /interfaces (a MAC address of a group)': {
    given: RANGE,
    send: '/interfaces?mode=vif&mac_range_group_uuid=mrg-a',
    reply: object('Interface', { mac_address: '02:aa:00:00:00:01', ip_leases: [] }, ['ipv4_address', 'network_uuid']),
    refused: [['POST /interfaces?mode=vif&mac_range_group_uuid=mrg-a', 'ArgumentError']],
  },
  'POST /interfaces (an address without a network is passed over)': {
    send: '/interfaces?mode=vif&mac_address=02:00:00:00:00:09&ipv4_address=10.1.0.9',
    reply: object('Interface', { mac_address: '02:00:00:00:00:09', ip_leases: [] }, ['ipv4_address', 'network_uuid']),
  },
  'POST /interfaces (0.0.0.0 is in every network)': {
    given: [NETWORK],
    send: '/interfaces?mode=vif&mac_address=02:00:00:00:00:09&network_uuid=nw-a&ipv4_address=0.0.0.0',
    reply: object('Interface', { ipv4_address: '0.0.0.0', network_uuid: 'nw-a' }),
  },
  'GET /interfaces': {
    given: [NETWORK, LEASED_INTERFACE, INTERFACE_B],
    send: '/interfaces',
    reply: list('Interface', { uuid: 'if-a', ipv4_address: '10.1.0.1' }, { uuid: 'if-b', mac_leases: [] }),
  },
  'GET /interfaces/:uuid': {
    given: [NETWORK, LEASED_INTERFACE],
    send: '/interfaces/if-a',
    reply: object('Interface', { uuid: 'if-a', mac_address: '02:00:00:00:00:01', network_uuid: 'nw-a' }),
  },
  'GET /interfaces/:uuid (two MAC leases: the first MAC, the leases of the last)': {
    given: [
      NETWORK,
      LEASED_INTERFACE,
      'POST /mac_leases?uuid=ml-a&interface_uuid=if-a&mac_address=02:00:00:00:00:02',
      'POST /ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.2&mac_lease_uuid=ml-a',
    ],
    send: '/interfaces/if-a',
    reply: object('Interface', {
      mac_address: '02:00:00:00:00:01',
      ip_leases: [{ ipv4_address: '10.1.0.2' }],
      ipv4_address: '10.1.0.2',
      mac_leases: [{ ip_leases: [{ ipv4_address: '10.1.0.1' }] }, { ip_leases: [{ ipv4_address: '10.1.0.2' }] }],
    }),
  },
  'PUT /interfaces/:uuid': {
    given: [INTERFACE, DATAPATH],
    send:
      '/interfaces/if-a?owner_datapath_uuid=dp-a&enable_filtering=true&display_name=db&enable_routing=1&' +
      'enable_route_translation=yes',
    reply: object('Interface', {
      enable_filtering: true,
      display_name: 'db',
      enable_routing: true,
      enable_route_translation: true,
    }),
    then: [
      ['GET /interfaces/if-a/ports', { total_count: 1, items: [{ datapath_id: expect.any(Number) as number }] }],
      ['PUT /interfaces/if-a?enable_filtering=f', { enable_filtering: false, display_name: 'db' }],
    ],
    meant: 'all five parameters that the endpoint declares are changed, not only `display_name`',
  },
  'DELETE /interfaces/:uuid': {
    given: [NETWORK, LEASED_INTERFACE],
    send: '/interfaces/if-a',
    reply: exactly(['if-a']),
    then: [
      ['GET /mac_leases', { total_count: 0 }],
      ['GET /ip_leases', { total_count: 0 }],
    ],
    refused: [['GET /interfaces/if-a/ports', 'UnknownUUIDResource']],
  },
  'PUT /interfaces/:uuid (0.9)': {
    given: [INTERFACE],
    send: '/interfaces/if-a?ingress_filtering_enabled=true',
    reply: object('Interface', { ingress_filtering_enabled: true }),
    then: [
      ['PUT /interfaces/if-a?display_name=x', { ingress_filtering_enabled: true }],
      ['PUT /interfaces/if-a?ingress_filtering_enabled=false', { ingress_filtering_enabled: false }],
    ],
    meant: 'a PUT without `ingress_filtering_enabled` leaves it as it is',
  },
  'POST /interfaces (0.9)': {
    given: [DATAPATH],
    send: '/interfaces?mode=edge&owner_datapath_uuid=dp-a&port_name=trunk&ingress_filtering_enabled=true',
    reply: object('Interface', { mode: 'edge', ingress_filtering_enabled: true, enable_legacy_filtering: true }),
  },
  'PUT /interfaces/:uuid/rename': {
    given: [INTERFACE],
    send: '/interfaces/if-a/rename?new_uuid=if-new',
    reply: exactly(['if-new']),
    then: [
      ['GET /interfaces/if-new', { uuid: 'if-new' }],
      ['POST /interfaces?uuid=if-a&mode=vif', { uuid: 'if-a' }],
      ['DELETE /interfaces/if-new', ['if-new']],
    ],
    refused: [
      ['PUT /interfaces/if-a/rename?new_uuid=nw-a', 'InvalidUUID'],
      ['PUT /interfaces/if-new/rename?new_uuid=if-b', 'UnknownUUIDResource'],
    ],
  },
};

export const ports: Cases = {
  'POST /interfaces/:uuid/ports': {
    given: [INTERFACE, DATAPATH],
    send: '/interfaces/if-a/ports?datapath_uuid=dp-a&port_name=tap1&singular=true',
    reply: object('NewInterfacePort', {
      port_name: 'tap1',
      singular: true,
      interface_mode: 'vif',
      interface_uuid: 'if-a',
      datapath_uuid: 'dp-a',
    }),
    then: [['GET /interfaces/if-a/ports', { total_count: 2 }]],
    refused: [['POST /interfaces/if-a/ports?port_name=tap2&singular=false', 'ArgumentError']],
  },
  'GET /interfaces/:uuid/ports': {
    given: PORTS,
    send: '/interfaces/if-a/ports',
    reply: list('InterfacePort', { port_name: 'tap1', singular: null }, { port_name: 'tap2', singular: true }),
  },
  'DELETE /interfaces/:uuid/ports': {
    given: PORTS,
    send: '/interfaces/if-a/ports?datapath_uuid=dp-b&port_name=tap2&singular=true',
    reply: array('InterfacePort', { port_name: 'tap2', singular: true }),
    then: [
      ['GET /interfaces/if-a/ports', { items: [{ port_name: 'tap1' }] }],
      ['DELETE /interfaces/if-a/ports?port_name=none', []],
    ],
  },
  'DELETE /interfaces/:uuid/ports (all of them)': {
    given: PORTS,
    send: '/interfaces/if-a/ports',
    reply: array('InterfacePort', { port_name: 'tap1' }, { port_name: 'tap2' }),
    then: [['GET /interfaces/if-a/ports', { total_count: 0 }]],
  },
};

export const associations: Cases = {
  'PUT /interfaces/:uuid/networks/:network_uuid': {
    given: [INTERFACE, NETWORK],
    send: '/interfaces/if-a/networks/nw-a?static=true',
    reply: object('InterfaceNetwork', { static: true }),
    then: [
      ['PUT /interfaces/if-a/networks/nw-a', {}],
      ['GET /interfaces/if-a/networks', { total_count: 1 }],
      ['PUT /interfaces/if-a/networks/nw-a?static=false', { static: false }],
      ['GET /interfaces/if-a/networks', { total_count: 0 }],
    ],
  },
  'PUT /interfaces/:uuid/networks/:network_uuid (one that a lease backs stays)': {
    given: [NETWORK, LEASED_INTERFACE, 'PUT /interfaces/if-a/networks/nw-a?static=true'],
    send: '/interfaces/if-a/networks/nw-a?static=false',
    reply: object('InterfaceNetwork', { static: false }),
    then: [['GET /interfaces/if-a/networks', { items: [{ static: false }] }]],
  },
  'PUT /interfaces/:uuid/segments/:segment_uuid': {
    given: [INTERFACE, SEGMENT],
    send: '/interfaces/if-a/segments/seg-a?static=true',
    reply: object('InterfaceSegment', { static: true }),
    then: [['PUT /interfaces/if-a/segments/seg-a', {}]],
  },
  'PUT /interfaces/:uuid/route_links/:route_link_uuid': {
    given: [INTERFACE, ROUTE_LINK],
    send: '/interfaces/if-a/route_links/rl-a?static=true',
    reply: object('InterfaceRouteLink', { static: true }),
    then: [['PUT /interfaces/if-a/route_links/rl-a', {}]],
  },
  'GET /interfaces/:uuid/segments': {
    given: [
      INTERFACE,
      SEGMENT,
      SEGMENT_B,
      NETWORK,
      'PUT /interfaces/if-a/networks/nw-a?static=true',
      'PUT /interfaces/if-a/segments/seg-a?static=true',
      'POST /mac_leases?interface_uuid=if-a&segment_uuid=seg-b&mac_address=02:00:00:00:00:02',
    ],
    send: '/interfaces/if-a/segments',
    reply: list('InterfaceSegment', { static: true }, { static: false }),
    meant: 'the segments of the interface are listed, not its networks',
  },
  'GET /interfaces/:uuid/networks': {
    given: [NETWORK, NETWORK_B, LEASED_INTERFACE, 'PUT /interfaces/if-a/networks/nw-b?static=true'],
    send: '/interfaces/if-a/networks',
    reply: list('InterfaceNetwork', { static: false }, { static: true }),
    meant: 'the path is there, as both clients expect',
  },
  'GET /interfaces/:uuid/route_links': {
    given: [
      NETWORK,
      LEASED_INTERFACE,
      ROUTE_LINK,
      'POST /routes?interface_uuid=if-a&network_uuid=nw-a&route_link_uuid=rl-a&ipv4_network=10.1.0.0',
    ],
    send: '/interfaces/if-a/route_links',
    reply: list('InterfaceRouteLink', { static: false }),
    meant: 'the path is there, as both clients expect',
  },
};
