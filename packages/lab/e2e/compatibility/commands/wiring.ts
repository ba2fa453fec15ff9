/** Commands about networks, segments, interfaces, their leases, datapaths and topologies. */
import {
  DATAPATH,
  DATAPATH_B,
  HOST,
  INTERFACE,
  INTERFACE_B,
  MAC_LEASE,
  MAC_LEASE_B,
  NETWORK,
  NETWORK_B,
  ROUTE_LINK,
  SEGMENT,
  SEGMENT_B,
} from '../given.ts';
import { type CommandCases, relation, showAndDel } from './case.ts';

const OVERLAY = 'POST /topologies?uuid=topo-o&mode=simple_overlay';
const UNDERLAY = 'POST /topologies?uuid=topo-u&mode=simple_underlay';
const MAC_GROUP = 'POST /mac_range_groups?uuid=mrg-a';
const IP_LEASE = 'POST /ip_leases?uuid=il-a&network_uuid=nw-a&ipv4_address=10.1.0.5';
const LINK = { mac_address: '02:00:00:00:02:01', interface_uuid: 'if-host' };

export const networkCommands: CommandCases = {
  'networks add': {
    given: [SEGMENT, OVERLAY],
    line:
      'networks add --uuid nw-a --mode physical --network_mode virtual --ipv4_network 10.1.0.0 --ipv4_prefix 16 ' +
      '--segment_uuid seg-a --topology_uuid topo-o --display_name=Blue --domain_name blue.example',
    prints: ['nw-a', 'Blue'],
    then: [
      [
        'GET /networks/nw-a',
        {
          mode: 'virtual',
          ipv4_network: '10.1.0.0',
          ipv4_prefix: 16,
          display_name: 'Blue',
          domain_name: 'blue.example',
        },
      ],
      ['GET /topologies/topo-o/networks', { total_count: 1 }],
    ],
  },
  'networks modify': {
    given: [NETWORK],
    line: 'networks modify nw-a --display_name Red --domain_name red.example',
    then: [['GET /networks/nw-a', { display_name: 'Red', domain_name: 'red.example' }]],
  },
  ...showAndDel('networks', [NETWORK, NETWORK_B], ['nw-a', 'nw-b']),
  'networks show (of uuids)': {
    given: [NETWORK, NETWORK_B],
    line: 'networks show nw-b nw-a',
    prints: ['nw-a', 'nw-b'],
  },
  'segments add': {
    given: [OVERLAY],
    line: 'segments add --uuid seg-a --topology_uuid topo-o --mode virtual',
    prints: ['seg-a'],
    then: [['GET /topologies/topo-o/segments', { total_count: 1 }]],
  },
  ...showAndDel('segments', [SEGMENT, SEGMENT_B], ['seg-a', 'seg-b']),
};

export const interfaceCommands: CommandCases = {
  'interfaces add': {
    given: [DATAPATH, SEGMENT, 'POST /networks?uuid=nw-a&ipv4_network=10.1.0.0&segment_uuid=seg-a'],
    line:
      'interfaces add --uuid if-a --enable_routing --no-enable_route_translation --owner_datapath_uuid dp-a ' +
      '--enable_filtering true --segment_uuid seg-a --network_uuid nw-a --mac_address 02:00:00:00:00:09 ' +
      '--ipv4_address 10.1.0.9 --port_name tap9 --mode vif',
    prints: ['if-a'],
    then: [
      [
        'GET /interfaces/if-a',
        {
          enable_routing: true,
          enable_route_translation: false,
          enable_filtering: true,
          ipv4_address: '10.1.0.9',
          mac_address: '02:00:00:00:00:09',
        },
      ],
      ['GET /interfaces/if-a/ports', { items: [{ port_name: 'tap9' }] }],
    ],
  },
  'interfaces modify': {
    given: [DATAPATH, INTERFACE],
    line:
      'interfaces modify if-a --enable_routing T --enable_route_translation=true --owner_datapath_uuid dp-a ' +
      '--enable_filtering',
    then: [
      ['GET /interfaces/if-a', { enable_routing: true, enable_route_translation: true, enable_filtering: true }],
      ['GET /datapaths/dp-a', { uuid: 'dp-a' }],
    ],
  },
  ...showAndDel('interfaces', [INTERFACE, INTERFACE_B], ['if-a', 'if-b']),
  'interfaces rename': {
    given: [INTERFACE],
    line: 'interfaces rename if-a --new_uuid if-new --uuid if-a',
    then: [
      ['GET /interfaces/if-a', 404],
      ['DELETE /interfaces/if-new', ['if-new']],
    ],
  },
  'interfaces ports add': {
    given: [INTERFACE, DATAPATH],
    line: 'interfaces ports add if-a --datapath_uuid dp-a --port_name tap1 --singular true',
    prints: ['tap1'],
    then: [['GET /interfaces/if-a/ports', { total_count: 2 }]],
  },
  'interfaces ports show': {
    given: [`${INTERFACE}&port_name=tap7`],
    line: 'interfaces ports show if-a --limit 3 --offset 0',
    prints: ['tap7'],
  },
  'interfaces ports del': {
    given: [
      DATAPATH,
      `${INTERFACE}&port_name=tap7&owner_datapath_uuid=dp-a`,
      'POST /interfaces/if-a/ports?port_name=tap8',
    ],
    line: 'interfaces ports del if-a --datapath_uuid dp-a --port_name tap7 --singular true',
    then: [['GET /interfaces/if-a/ports', { total_count: 1, items: [{ port_name: 'tap8' }] }]],
    meant: 'the ports that have the values of the options are deleted, all of them without options',
  },
  ...association('networks', [INTERFACE, NETWORK], 'nw-a'),
  ...association('segments', [INTERFACE, SEGMENT], 'seg-a'),
  ...association('route_links', [INTERFACE, ROUTE_LINK], 'rl-a'),
};

function association(path: string, given: readonly string[], other: string): CommandCases {
  return {
    [`interfaces ${path} show`]: {
      given: [...given, `PUT /interfaces/if-a/${path}/${other}?static=true`],
      line: `interfaces ${path} show if-a --limit 3 --offset 0`,
      prints: ['true'],
      meant: 'they are listed: OpenVNet had the path for segments only, and listed networks there',
    },
    [`interfaces ${path} modify`]: {
      given,
      line: `interfaces ${path} modify if-a ${other} --static`,
      then: [[`GET /interfaces/if-a/${path}`, { items: [{ static: true }] }]],
    },
  };
}

export const leaseCommands: CommandCases = {
  'mac_leases add': {
    given: [INTERFACE, SEGMENT],
    line: 'mac_leases add --uuid ml-a --interface_uuid if-a --mac_address 02:00:00:00:00:0a --segment_uuid seg-a',
    prints: ['ml-a', '02:00:00:00:00:0a'],
    then: [['GET /mac_leases/ml-a', { interface_uuid: 'if-a' }]],
  },
  'mac_leases modify': {
    given: [INTERFACE, INTERFACE_B, MAC_LEASE, SEGMENT],
    line: 'mac_leases modify ml-a --uuid ml-a --interface_uuid if-b --mac_address 02:00:00:00:00:0b --segment_uuid seg-a',
    then: [['GET /mac_leases/ml-a', { interface_uuid: 'if-b', mac_address: '02:00:00:00:00:0b' }]],
  },
  ...showAndDel('mac_leases', [INTERFACE, INTERFACE_B, MAC_LEASE, MAC_LEASE_B], ['ml-a', 'ml-b']),
  'ip_leases add': {
    given: [NETWORK, INTERFACE, MAC_LEASE],
    line:
      'ip_leases add --uuid il-a --ipv4_address 10.1.0.5 --network_uuid nw-a --interface_uuid if-a ' +
      '--mac_lease_uuid ml-a --enable_routing',
    prints: ['il-a', '10.1.0.5'],
    then: [['GET /ip_leases/il-a', { interface_uuid: 'if-a', enable_routing: true }]],
  },
  'ip_leases modify': {
    given: [NETWORK, IP_LEASE],
    line: 'ip_leases modify il-a --enable_routing',
    then: [['GET /ip_leases/il-a', { enable_routing: true }]],
  },
  ...showAndDel(
    'ip_leases',
    [NETWORK, IP_LEASE, 'POST /ip_leases?uuid=il-b&network_uuid=nw-a&ipv4_address=10.1.0.6'],
    ['il-a', 'il-b'],
  ),
  'ip_leases attach': {
    given: [NETWORK, INTERFACE, MAC_LEASE, IP_LEASE],
    line: 'ip_leases attach il-a --interface_uuid if-a --mac_lease_uuid ml-a',
    then: [['GET /ip_leases/il-a', { interface_uuid: 'if-a' }]],
  },
  'ip_leases release': {
    given: [NETWORK, INTERFACE, MAC_LEASE, `${IP_LEASE}&interface_uuid=if-a`],
    line: 'ip_leases release il-a',
    then: [['GET /ip_leases/il-a', { interface: null }]],
  },
};

export const datapathCommands: CommandCases = {
  'datapaths add': {
    line:
      'datapaths add --uuid dp-a --display_name rack1 --dpid 0x0000aaaaaaaaaaaa --node_id vna1 ' +
      '--enable_ovs_learn_action false',
    prints: ['dp-a', 'rack1'],
    then: [['GET /datapaths/dp-a', { dpid: '0x0000aaaaaaaaaaaa', node_id: 'vna1', enable_ovs_learn_action: false }]],
  },
  'datapaths modify': {
    given: [DATAPATH],
    line: 'datapaths modify dp-a --display_name rack2 --dpid 0xb --node_id vna2 --no-enable_ovs_learn_action',
    then: [
      [
        'GET /datapaths/dp-a',
        { display_name: 'rack2', dpid: '0x000000000000000b', node_id: 'vna2', enable_ovs_learn_action: false },
      ],
    ],
    meant: 'all four options are changed, as in 0.9; the last version passed over `dpid` and `node_id`',
  },
  ...showAndDel('datapaths', [DATAPATH, DATAPATH_B], ['dp-a', 'dp-b']),
  ...relation('datapaths networks', [...HOST, NETWORK], ['dp-a', 'nw-a'], LINK),
  ...relation('datapaths segments', [...HOST, SEGMENT], ['dp-a', 'seg-a'], LINK),
  ...relation('datapaths route_links', [...HOST, ROUTE_LINK], ['dp-a', 'rl-a'], LINK),
};

export const topologyCommands: CommandCases = {
  'topologies add': {
    line: 'topologies add --uuid topo-o --mode simple_overlay',
    prints: ['topo-o'],
    then: [['GET /topologies/topo-o', { mode: 'simple_overlay' }]],
  },
  'topologies modify': {
    given: [OVERLAY],
    line: 'topologies modify topo-o --mode simple_underlay',
    then: [['GET /topologies/topo-o', { mode: 'simple_overlay' }]],
  },
  ...showAndDel('topologies', [OVERLAY, UNDERLAY], ['topo-o', 'topo-u']),
  ...relation(
    'topologies datapaths',
    [
      UNDERLAY,
      ...HOST,
      `${IP_LEASE.replace('nw-a', 'nw-phy').replace('10.1.0.5', '172.16.0.9')}&interface_uuid=if-host`,
    ],
    ['topo-u', 'dp-a'],
    {
      interface_uuid: 'if-host',
      ip_lease_uuid: 'il-a',
    },
  ),
  ...relation('topologies underlays', [OVERLAY, UNDERLAY], ['topo-o', 'topo-u']),
  ...relation('topologies mac_range_groups', [UNDERLAY, MAC_GROUP], ['topo-u', 'mrg-a']),
  ...relation('topologies networks', [OVERLAY, NETWORK], ['topo-o', 'nw-a']),
  ...relation('topologies segments', [OVERLAY, SEGMENT], ['topo-o', 'seg-a']),
  ...relation('topologies route_links', [OVERLAY, ROUTE_LINK], ['topo-o', 'rl-a']),
};
