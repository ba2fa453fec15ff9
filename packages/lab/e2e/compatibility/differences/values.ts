/** Which values there may be. */
import { expect } from 'vitest';
import { DATAPATH, INTERFACE, NETWORK, NETWORK_B } from '../given.ts';
import { type Difference, answers, refuses } from './difference.ts';

export const values: readonly Difference[] = [
  {
    openvnet: '`ipv4_network` is kept as it is given.',
    vnet: 'Its host part is cleared: 10.1.0.5 with prefix 24 is 10.1.0.0.',
    why: 'It names the network.',
    check: answers([], 'POST /networks?ipv4_network=10.1.0.5', { ipv4_network: '10.1.0.0' }),
  },
  {
    openvnet: 'Any MAC address is taken.',
    vnet: 'One of a group of stations (multicast) is refused.',
    why: 'No interface can have it.',
    check: refuses([], 'ArgumentError', { 'POST /interfaces?mode=vif&mac_address=03:00:00:00:00:01': 'mac_address' }),
  },
  {
    openvnet: 'Two datapaths may have one dpid, with different `node_id`s.',
    vnet: 'A dpid is one datapath.',
    why: 'The bridge says who it is by the dpid alone.',
    check: refuses([DATAPATH], 'ArgumentError', { 'POST /datapaths?display_name=b&node_id=b&dpid=0xa': 'dp-a' }),
  },
  {
    openvnet: '`incoming_port` and `outgoing_port` of network services, and `vlan_id`, are any number.',
    vnet: '0 to 65535, and 1 to 4094.',
    why: 'There are no others on the wire.',
    check: refuses(
      [NETWORK, INTERFACE, 'POST /translations?uuid=tr-a&mode=vnet_edge&interface_uuid=if-a'],
      'ArgumentError',
      {
        'POST /network_services?mode=dns&incoming_port=65536': 'incoming_port',
        'POST /vlan_translations?translation_uuid=tr-a&network_uuid=nw-a&vlan_id=4095': 'vlan_id',
      },
    ),
  },
  {
    openvnet: 'Several VLAN translations may have one `vlan_id`; the first counts.',
    vnet: 'One of each translation.',
    why: 'Which was the first was left to chance.',
    check: refuses(
      [
        NETWORK,
        NETWORK_B,
        INTERFACE,
        'POST /translations?uuid=tr-a&mode=vnet_edge&interface_uuid=if-a',
        'POST /vlan_translations?uuid=vt-a&translation_uuid=tr-a&network_uuid=nw-a&vlan_id=7',
      ],
      'ArgumentError',
      { 'POST /vlan_translations?translation_uuid=tr-a&network_uuid=nw-b&vlan_id=7': 'vt-a' },
    ),
  },
  {
    openvnet: 'A network service may have several DNS services.',
    vnet: 'It has one.',
    why: 'Only one of them ever answered.',
    check: refuses(
      ['POST /network_services?uuid=ns-a&mode=dns', 'POST /dns_services?uuid=dnss-a&network_service_uuid=ns-a'],
      'ArgumentError',
      { 'POST /dns_services?network_service_uuid=ns-a': 'dnss-a' },
    ),
  },
  {
    openvnet: 'A range of IP addresses may end before it begins.',
    vnet: '400 `ArgumentError`.',
    why: 'It gives no address.',
    check: refuses(['POST /ip_range_groups?uuid=iprg-a'], 'ArgumentError', {
      'POST /ip_range_groups/iprg-a/ip_ranges?begin_ipv4_address=10.1.0.9&end_ipv4_address=10.1.0.8':
        'end_ipv4_address',
    }),
  },
  {
    openvnet: 'An interface or MAC lease of `POST /ip_leases` that does not exist is passed over.',
    vnet: '404 `UnknownUUIDResource`.',
    why: 'The lease would be nobody’s, and nobody would notice.',
    check: refuses([NETWORK], 'UnknownUUIDResource', {
      'POST /ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.1&interface_uuid=if-none': 'if-none',
      'POST /ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.1&mac_lease_uuid=ml-none': 'ml-none',
    }),
  },
  {
    openvnet:
      'A MAC address that is left out comes from `datapath_mac_group`; without one, a route link has none and the rows of datapaths are 500.',
    vnet: 'It comes from a built-in range then.',
    why: 'Nothing has to be configured first.',
    check: answers([], 'POST /route_links', { mac_address: expect.stringMatching(/^0[26]:/) as string }),
  },
  {
    openvnet: 'In 0.9, `mode` of an interface and of a topology may be left out.',
    vnet: 'It is required, as in the last version.',
    why: 'The last version counts.',
    check: refuses([], 'MissingArgument', { 'POST /interfaces?display_name=x': 'mode', 'POST /topologies': 'mode' }),
  },
];
