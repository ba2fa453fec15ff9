/** Commands about routes, services, filters, translations, lease policies and security groups. */
import { ALLOCATING } from '../cases/policies.ts';
import {
  INTERFACE,
  INTERFACE_B,
  LEASED_INTERFACE,
  MAC_LEASE,
  NETWORK,
  NETWORK_B,
  ROUTE_LINK,
  ROUTE_LINK_B,
} from '../given.ts';
import { type CommandCases, relation, showAndDel } from './case.ts';

const ROUTE = 'POST /routes?uuid=r-a&interface_uuid=if-a&network_uuid=nw-a&route_link_uuid=rl-a&ipv4_network=10.1.0.0';
const ROUTE_B = ROUTE.replace('r-a', 'r-b').replace('10.1.0.0', '10.9.0.0');
const ENDS = [NETWORK, LEASED_INTERFACE, ROUTE_LINK];
const ROUTE_OPTIONS =
  '--interface_uuid if-a --route_link_uuid rl-a --network_uuid nw-a --ipv4_network 10.8.0.0 --ipv4_prefix 16 ' +
  '--no-ingress --egress';

export const routeCommands: CommandCases = {
  'routes add': {
    given: ENDS,
    line: `routes add --uuid r-a ${ROUTE_OPTIONS}`,
    prints: ['r-a'],
    then: [['GET /routes/r-a', { ipv4_network: '10.8.0.0', ipv4_prefix: 16, ingress: false, egress: true }]],
  },
  'routes modify': {
    given: [...ENDS, ROUTE],
    line: `routes modify r-a ${ROUTE_OPTIONS}`,
    then: [['GET /routes/r-a', { ipv4_network: '10.8.0.0', ingress: false }]],
    meant: 'the path is there, as in 0.9',
  },
  ...showAndDel('routes', [...ENDS, ROUTE, ROUTE_B], ['r-a', 'r-b']),
  'route_links add': {
    given: ['POST /topologies?uuid=topo-o&mode=simple_overlay'],
    line: 'route_links add --uuid rl-a --topology_uuid topo-o --mac_address 02:00:00:00:00:04',
    prints: ['rl-a'],
    then: [
      ['GET /route_links/rl-a', { mac_address: '02:00:00:00:00:04' }],
      ['GET /topologies/topo-o/route_links', { total_count: 1 }],
    ],
  },
  'route_links modify': {
    given: [ROUTE_LINK],
    line: 'route_links modify rl-a --mac_address 02:00:00:00:00:44',
    then: [['GET /route_links/rl-a', { mac_address: '02:00:00:00:00:44' }]],
    meant: 'the path is there, as in 0.9',
  },
  ...showAndDel('route_links', [ROUTE_LINK, ROUTE_LINK_B], ['rl-a', 'rl-b']),
};

const DHCP = 'POST /network_services?uuid=ns-a&mode=dhcp&interface_uuid=if-a';
const DNS = 'POST /network_services?uuid=ns-b&mode=dns&interface_uuid=if-a';
const DNS_C = 'POST /network_services?uuid=ns-c&mode=dns&interface_uuid=if-a';
const DNS_SERVICE = 'POST /dns_services?uuid=dnss-a&network_service_uuid=ns-b';
const RECORD = 'POST /dns_services/dnss-a/dns_records?uuid=dnsr-a&name=www&ipv4_address=10.1.0.1';
const SERVICE_OPTIONS = '--display_name names --interface_uuid if-a --incoming_port 53 --outgoing_port 54';

export const serviceCommands: CommandCases = {
  'network_services add': {
    given: [INTERFACE],
    line: `network_services add --uuid ns-a ${SERVICE_OPTIONS} --type dns --mode dns`,
    prints: ['ns-a', 'dns'],
    then: [
      ['GET /network_services/ns-a', { mode: 'dns', interface_uuid: 'if-a', incoming_port: 53, outgoing_port: 54 }],
    ],
  },
  'network_services modify': {
    given: [INTERFACE, 'POST /network_services?uuid=ns-a&mode=dhcp'],
    line: `network_services modify ns-a ${SERVICE_OPTIONS}`,
    then: [['GET /network_services/ns-a', { display_name: 'names', interface_uuid: 'if-a', incoming_port: 53 }]],
    meant: 'all four options are changed, as in 0.9; the last version kept `display_name` only',
  },
  ...showAndDel('network_services', [INTERFACE, DHCP, DNS], ['ns-a', 'ns-b']),
  'dns_services add': {
    given: [INTERFACE, DNS],
    line: 'dns_services add --uuid dnss-a --public_dns 8.8.8.8,8.8.4.4 --network_service_uuid ns-b',
    prints: ['dnss-a'],
    then: [['GET /dns_services/dnss-a', { public_dns: '8.8.8.8,8.8.4.4' }]],
  },
  'dns_services modify': {
    given: [INTERFACE, DNS, DNS_SERVICE],
    line: 'dns_services modify dnss-a --public_dns 1.1.1.1',
    then: [['GET /dns_services/dnss-a', { public_dns: '1.1.1.1' }]],
  },
  ...showAndDel(
    'dns_services',
    [INTERFACE, DNS, DNS_C, DNS_SERVICE, 'POST /dns_services?uuid=dnss-b&network_service_uuid=ns-c'],
    ['dnss-a', 'dnss-b'],
  ),
  'dns_services dns_records add': {
    given: [INTERFACE, DNS, DNS_SERVICE],
    line: 'dns_services dns_records add dnss-a --uuid dnsr-a --name www --ipv4_address 10.1.0.1',
    prints: ['dnsr-a', 'www'],
    then: [['GET /dns_services/dnss-a/dns_records', { items: [{ uuid: 'dnsr-a', ipv4_address: 0x0a010001 }] }]],
  },
  'dns_services dns_records show': {
    given: [INTERFACE, DNS, DNS_SERVICE, RECORD],
    line: 'dns_services dns_records show dnss-a --limit 3 --offset 0',
    prints: ['dnsr-a', 'www'],
  },
  'dns_services dns_records del': {
    given: [INTERFACE, DNS, DNS_SERVICE, RECORD],
    line: 'dns_services dns_records del dnss-a dnsr-a',
    then: [['GET /dns_services/dnss-a/dns_records', { total_count: 0 }]],
  },
};

const FILTER = 'POST /filters?uuid=fil-a&interface_uuid=if-a&mode=static';
const FILTER_B = 'POST /filters?uuid=fil-b&interface_uuid=if-b&mode=static';
const RULE =
  '--protocol tcp --src_address 10.1.0.0/16 --dst_address 0.0.0.0/0 --src_port 0 --dst_port 22 --action pass';
const RULE_REQUEST = `POST /filters/fil-a/static?protocol=tcp&src_address=10.1.0.0/16&dst_port=22&action=pass`;
const TRANSLATION = 'POST /translations?uuid=tr-a&interface_uuid=if-a&mode=static_address';
const TRANSLATION_B = 'POST /translations?uuid=tr-b&interface_uuid=if-b&mode=static_address';
const PAIR =
  '--ingress_ipv4_address 10.1.0.5 --egress_ipv4_address 10.2.0.5 --ingress_port_number 80 --egress_port_number 8080 ' +
  '--route_link_uuid rl-a --ingress_network_uuid nw-a --egress_network_uuid nw-b';
const PAIR_REQUEST =
  'POST /translations/tr-a/static_address?ingress_ipv4_address=10.1.0.5&egress_ipv4_address=10.2.0.5&' +
  'ingress_port_number=80&egress_port_number=8080';
const EDGE = 'POST /translations?uuid=tr-e&interface_uuid=if-a&mode=vnet_edge';
const VLAN = 'POST /vlan_translations?uuid=vt-a&translation_uuid=tr-e&network_uuid=nw-a&vlan_id=1';
const VLAN_OPTIONS = '--translation_uuid tr-e --mac_address 02:00:00:00:00:09 --vlan_id 100 --network_uuid nw-a';

export const filterCommands: CommandCases = {
  'filters add': {
    given: [INTERFACE],
    line: 'filters add --uuid fil-a --interface_uuid if-a --mode static --egress_passthrough --ingress_passthrough false',
    prints: ['fil-a'],
    then: [['GET /filters/fil-a', { egress_passthrough: true, ingress_passthrough: false }]],
  },
  'filters modify': {
    given: [INTERFACE, FILTER],
    line: 'filters modify fil-a --egress_passthrough t --ingress_passthrough',
    then: [['GET /filters/fil-a', { egress_passthrough: true, ingress_passthrough: true }]],
  },
  ...showAndDel('filters', [INTERFACE, INTERFACE_B, FILTER, FILTER_B], ['fil-a', 'fil-b']),
  'filters static add': {
    given: [INTERFACE, FILTER],
    line: `filters static add fil-a ${RULE}`,
    prints: ['tcp'],
    then: [
      ['GET /filters/fil-a/static', { items: [{ protocol: 'tcp', src_prefix: 16, dst_port: 22, action: 'pass' }] }],
    ],
  },
  'filters static del': {
    given: [INTERFACE, FILTER, RULE_REQUEST],
    line: `filters static del fil-a ${RULE}`,
    then: [['GET /filters/fil-a/static', { total_count: 0 }]],
  },
  'filters static show': {
    given: [INTERFACE, FILTER, RULE_REQUEST],
    line: 'filters static show fil-a --limit 3 --offset 0',
    prints: ['tcp', '22'],
  },
  'translations add': {
    given: [INTERFACE],
    line: 'translations add --uuid tr-a --interface_uuid if-a --mode static_address --passthrough',
    prints: ['tr-a'],
    then: [['GET /translations/tr-a', { passthrough: true }]],
  },
  'translations modify': {
    given: [INTERFACE, INTERFACE_B, TRANSLATION],
    line: 'translations modify tr-a --interface_uuid if-b --mode static_address --passthrough',
    then: [['GET /translations/tr-a', { interface_uuid: 'if-b', passthrough: true }]],
    meant: 'the path is there, as in 0.9',
  },
  ...showAndDel('translations', [INTERFACE, INTERFACE_B, TRANSLATION, TRANSLATION_B], ['tr-a', 'tr-b']),
  'translations static_address add': {
    given: [INTERFACE, TRANSLATION, NETWORK, NETWORK_B, ROUTE_LINK],
    line: `translations static_address add tr-a ${PAIR}`,
    prints: ['10.1.0.5'],
    then: [
      ['GET /translations/tr-a/static_address', { items: [{ ingress_port_number: 80, route_link_uuid: 'rl-a' }] }],
    ],
  },
  'translations static_address del': {
    given: [INTERFACE, TRANSLATION, NETWORK, NETWORK_B, ROUTE_LINK, PAIR_REQUEST],
    line: `translations static_address del tr-a ${PAIR}`,
    then: [['GET /translations/tr-a/static_address', { total_count: 0 }]],
  },
  'translations static_address show': {
    given: [INTERFACE, TRANSLATION, PAIR_REQUEST],
    line: 'translations static_address show tr-a --limit 3 --offset 0',
    prints: ['10.1.0.5', '8080'],
    meant: 'the entries of the translation are listed',
  },
  'vlan_translations add': {
    given: [INTERFACE, NETWORK, EDGE],
    line: `vlan_translations add --uuid vt-a ${VLAN_OPTIONS}`,
    prints: ['vt-a', '100'],
    then: [['GET /vlan_translations/vt-a', { vlan_id: 100, mac_address: '02:00:00:00:00:09' }]],
  },
  'vlan_translations modify': {
    given: [INTERFACE, NETWORK, EDGE, VLAN],
    line: `vlan_translations modify vt-a --uuid vt-a ${VLAN_OPTIONS}`,
    then: [['GET /vlan_translations/vt-a', { vlan_id: 100 }]],
  },
  ...showAndDel(
    'vlan_translations',
    [INTERFACE, NETWORK, EDGE, VLAN, VLAN.replace('vt-a', 'vt-b').replace('vlan_id=1', 'vlan_id=2')],
    ['vt-a', 'vt-b'],
  ),
};

const POLICY = 'POST /lease_policies?uuid=lp-a';
const IP_CONTAINER = 'POST /ip_lease_containers?uuid=ilc-a';
const RETENTION = 'POST /ip_retention_containers?uuid=irc-a';
const LEASED = [
  ...ALLOCATING,
  IP_CONTAINER,
  RETENTION,
  'POST /lease_policies/lp-a/ip_lease_containers/ilc-a',
  'POST /lease_policies/lp-a/ip_retention_containers/irc-a',
  'POST /lease_policies/lp-a/ip_leases?ip_lease_uuid=il-a',
];
const IP_RANGE = '--begin_ipv4_address 10.1.0.1 --end_ipv4_address 10.1.0.9';
const MAC_RANGE = '--begin_mac_address 02:aa:00:00:00:01 --end_mac_address 02:aa:00:00:00:09';
const MAC_RANGES = [
  'POST /mac_range_groups?uuid=mrg-a',
  'POST /mac_range_groups/mrg-a/mac_ranges?uuid=mr-a&begin_mac_address=02:aa:00:00:00:01&end_mac_address=02:aa:00:00:00:09',
];

export const policyCommands: CommandCases = {
  'lease_policies add': {
    line: 'lease_policies add --uuid lp-a --timing dhcp --mode simple',
    prints: ['lp-a'],
    then: [['GET /lease_policies/lp-a', { timing: 'dhcp', mode: 'simple' }]],
    meant: '`--mode` is an option (OpenVNet lost it: the command was defined twice)',
  },
  'lease_policies modify': {
    given: [POLICY],
    line: 'lease_policies modify lp-a --timing dhcp',
    then: [['GET /lease_policies/lp-a', { timing: 'dhcp' }]],
  },
  ...showAndDel('lease_policies', [POLICY, 'POST /lease_policies?uuid=lp-b'], ['lp-a', 'lp-b']),
  ...relation('lease_policies networks', [POLICY, NETWORK, 'POST /ip_range_groups?uuid=iprg-a'], ['lp-a', 'nw-a'], {
    ip_range_group_uuid: 'iprg-a',
  }),
  ...relation('lease_policies ip_lease_containers', [POLICY, IP_CONTAINER], ['lp-a', 'ilc-a']),
  ...relation('lease_policies ip_retention_containers', [POLICY, RETENTION], ['lp-a', 'irc-a']),
  ...relation('lease_policies interfaces', [...ALLOCATING, INTERFACE, MAC_LEASE], ['lp-a', 'if-a']),
  'ip_range_groups add': {
    line: 'ip_range_groups add --uuid iprg-a --allocation_type decremental',
    prints: ['iprg-a'],
    then: [['GET /ip_range_groups/iprg-a', { allocation_type: 'decremental' }]],
  },
  'ip_range_groups modify': {
    given: ['POST /ip_range_groups?uuid=iprg-a'],
    line: 'ip_range_groups modify iprg-a --allocation_type random',
    then: [['GET /ip_range_groups/iprg-a', { allocation_type: 'random' }]],
  },
  ...showAndDel(
    'ip_range_groups',
    ['POST /ip_range_groups?uuid=iprg-a', 'POST /ip_range_groups?uuid=iprg-b'],
    ['iprg-a', 'iprg-b'],
  ),
  'ip_range_groups ip_ranges add': {
    given: ['POST /ip_range_groups?uuid=iprg-a'],
    line: `ip_range_groups ip_ranges add iprg-a ${IP_RANGE}`,
    prints: ['ipr-'],
    then: [['GET /ip_range_groups/iprg-a/ip_ranges', { items: [{ begin_ipv4_address: 0x0a010001 }] }]],
  },
  'ip_range_groups ip_ranges show': {
    given: ALLOCATING,
    line: 'ip_range_groups ip_ranges show iprg-a --limit 3 --offset 0',
    prints: ['ipr-a'],
  },
  'ip_range_groups ip_ranges del': {
    given: ALLOCATING,
    line: 'ip_range_groups ip_ranges del iprg-a ipr-a',
    then: [['GET /ip_range_groups/iprg-a/ip_ranges', { total_count: 0 }]],
  },
  'mac_range_groups add': {
    line: 'mac_range_groups add --uuid mrg-a --allocation_type random',
    prints: ['mrg-a'],
    then: [['GET /mac_range_groups/mrg-a', { allocation_type: 'random' }]],
  },
  'mac_range_groups modify': {
    given: ['POST /mac_range_groups?uuid=mrg-a'],
    line: 'mac_range_groups modify mrg-a --allocation_type random',
    then: [['GET /mac_range_groups/mrg-a', { allocation_type: 'random' }]],
  },
  ...showAndDel(
    'mac_range_groups',
    ['POST /mac_range_groups?uuid=mrg-a', 'POST /mac_range_groups?uuid=mrg-b'],
    ['mrg-a', 'mrg-b'],
  ),
  'mac_range_groups mac_ranges add': {
    given: ['POST /mac_range_groups?uuid=mrg-a'],
    line: `mac_range_groups mac_ranges add mrg-a ${MAC_RANGE}`,
    prints: ['mr-'],
    then: [['GET /mac_range_groups/mrg-a/mac_ranges', { items: [{ begin_mac_address: 0x02aa00000001 }] }]],
  },
  'mac_range_groups mac_ranges show': {
    given: MAC_RANGES,
    line: 'mac_range_groups mac_ranges show mrg-a --limit 3 --offset 0',
    prints: ['mr-a'],
  },
  'mac_range_groups mac_ranges del': {
    given: MAC_RANGES,
    line: 'mac_range_groups mac_ranges del mrg-a mr-a',
    then: [['GET /mac_range_groups/mrg-a/mac_ranges', { total_count: 0 }]],
  },
  'ip_lease_containers add': {
    line: 'ip_lease_containers add --uuid ilc-a',
    prints: ['ilc-a'],
    then: [['GET /ip_lease_containers/ilc-a', { uuid: 'ilc-a' }]],
  },
  'ip_lease_containers modify': { given: [IP_CONTAINER], line: 'ip_lease_containers modify ilc-a', prints: ['ilc-a'] },
  ...showAndDel('ip_lease_containers', [IP_CONTAINER, 'POST /ip_lease_containers?uuid=ilc-b'], ['ilc-a', 'ilc-b']),
  'ip_lease_containers ip_leases': { given: LEASED, line: 'ip_lease_containers ip_leases ilc-a', prints: ['il-a'] },
  'ip_retention_containers add': {
    line: 'ip_retention_containers add --uuid irc-a --lease_time 3600 --grace_time 60',
    prints: ['irc-a', '3600'],
    then: [['GET /ip_retention_containers/irc-a', { lease_time: 3600, grace_time: 60 }]],
  },
  'ip_retention_containers modify': {
    given: [RETENTION],
    line: 'ip_retention_containers modify irc-a --lease_time 7200 --grace_time 120',
    then: [['GET /ip_retention_containers/irc-a', { lease_time: 7200, grace_time: 120 }]],
    meant: 'both times are changed',
  },
  ...showAndDel('ip_retention_containers', [RETENTION, 'POST /ip_retention_containers?uuid=irc-b'], ['irc-a', 'irc-b']),
  'ip_retention_containers ip_retentions': {
    given: LEASED,
    line: 'ip_retention_containers ip_retentions irc-a',
    prints: ['UTC'],
  },
};

const GROUP = 'POST /security_groups?uuid=sg-a&display_name=web';
const GROUP_B = 'POST /security_groups?uuid=sg-b&display_name=db';
const GROUP_OPTIONS = '--display_name front --description doors --rules icmp:-1:0.0.0.0/0,tcp:22:10.101.0.12';

export const securityGroupCommands: CommandCases = {
  'security_groups add': {
    line: `security_groups add --uuid sg-a ${GROUP_OPTIONS}`,
    prints: ['sg-a', 'front'],
    then: [['GET /security_groups/sg-a', { description: 'doors', rules: 'icmp:-1:0.0.0.0/0,tcp:22:10.101.0.12' }]],
  },
  'security_groups modify': {
    given: [GROUP],
    line: `security_groups modify sg-a --uuid sg-a ${GROUP_OPTIONS}`,
    then: [['GET /security_groups/sg-a', { display_name: 'front', description: 'doors' }]],
  },
  ...showAndDel('security_groups', [GROUP, GROUP_B], ['sg-a', 'sg-b']),
  ...relation('security_groups interfaces', [INTERFACE, GROUP], ['sg-a', 'if-a']),
  ...relation('interfaces security_groups', [INTERFACE, GROUP], ['if-a', 'sg-a']),
};

export const batchCommands: CommandCases = {
  batch: {
    line: 'batch',
    input: [
      '# a network, and an interface in it',
      "networks add --uuid nw-a --ipv4_network 10.1.0.0 --display_name 'Blue one'",
      '',
      '  networks modify nw-none --display_name x',
      'interfaces add --uuid if-a --mode vif',
      '',
    ].join('\n'),
    prints: ['BEGIN ()', "> networks add --uuid nw-a --ipv4_network 10.1.0.0 --display_name 'Blue one'", 'if-a', 'EOF'],
    then: [
      ['GET /networks/nw-a', { display_name: 'Blue one' }],
      ['GET /interfaces/if-a', { mode: 'vif' }],
    ],
  },
};
