import { type Cases, exactly, list, object } from '../case.ts';
import { INTERFACE, INTERFACE_B, NETWORK, NETWORK_B, ROUTE_LINK } from '../given.ts';

const FILTER = 'POST /filters?uuid=fil-a&interface_uuid=if-a&mode=static';
const FILTER_B = 'POST /filters?uuid=fil-b&interface_uuid=if-b&mode=static';
const SSH = 'protocol=tcp&src_address=10.1.0.0/16&dst_address=10.2.0.1&src_port=0&dst_port=22';
const RULES = [
  INTERFACE,
  FILTER,
  `POST /filters/fil-a/static?${SSH}&action=pass`,
  'POST /filters/fil-a/static?protocol=icmp&action=drop',
];

export const filters: Cases = {
  'POST /filters': {
    given: [INTERFACE],
    send: '/filters?uuid=fil-a&egress_passthrough=true&ingress_passthrough=false&interface_uuid=if-a&mode=static',
    reply: object(
      'Filter',
      { uuid: 'fil-a', egress_passthrough: true, ingress_passthrough: false, interface_uuid: 'if-a' },
      ['interface_id'],
    ),
  },
  'POST /filters (without what is optional)': {
    given: [INTERFACE],
    send: '/filters?interface_uuid=if-a&mode=static',
    reply: object('Filter', { egress_passthrough: false, ingress_passthrough: false }),
  },
  'GET /filters': {
    given: [INTERFACE, INTERFACE_B, FILTER, FILTER_B],
    send: '/filters',
    reply: list('Filter', { uuid: 'fil-a', interface_uuid: 'if-a' }, { uuid: 'fil-b' }),
  },
  'GET /filters/:uuid': {
    given: [INTERFACE, FILTER],
    send: '/filters/fil-a',
    reply: object('Filter', { uuid: 'fil-a', mode: 'static' }),
  },
  'PUT /filters/:uuid': {
    given: [INTERFACE, FILTER],
    send: '/filters/fil-a?egress_passthrough=true&ingress_passthrough=true',
    reply: object('Filter', { egress_passthrough: true, ingress_passthrough: true }),
    then: [['PUT /filters/fil-a?egress_passthrough=false', { egress_passthrough: false, ingress_passthrough: true }]],
  },
  'PUT /filters/:uuid (0.9)': {
    given: [INTERFACE, INTERFACE_B, FILTER],
    send: '/filters/fil-a?interface_uuid=if-b&mode=static',
    reply: object('Filter', { interface_uuid: 'if-b', mode: 'static' }),
  },
  'DELETE /filters/:uuid': {
    given: RULES,
    send: '/filters/fil-a',
    reply: exactly(['fil-a']),
    then: [
      [FILTER, { uuid: 'fil-a' }],
      ['GET /filters/fil-a/static', { total_count: 0 }],
    ],
  },
  'POST /filters/:uuid/static': {
    given: [INTERFACE, FILTER],
    send: `/filters/fil-a/static?${SSH}&action=conn`,
    reply: object('FilterStatic', {
      protocol: 'tcp',
      action: 'conn',
      src_address: '10.1.0.0',
      src_prefix: 16,
      dst_address: '10.2.0.1',
      dst_prefix: 32,
      src_port: 0,
      dst_port: 22,
    }),
  },
  'POST /filters/:uuid/static (protocol and action alone: any address, any port)': {
    given: [INTERFACE, FILTER],
    send: '/filters/fil-a/static?protocol=udp&action=pass',
    reply: object('FilterStatic', {
      src_address: '0.0.0.0',
      src_prefix: 0,
      dst_address: '0.0.0.0',
      dst_prefix: 0,
      src_port: 0,
      dst_port: 0,
    }),
  },
  'POST /filters/:uuid/static (a protocol without ports)': {
    given: [INTERFACE, FILTER],
    send: '/filters/fil-a/static?protocol=icmp&src_port=1&dst_port=2&action=drop',
    reply: object('FilterStatic', { protocol: 'icmp' }, ['src_port', 'dst_port']),
  },
  'POST /filters/:uuid/static (any address with its prefix)': {
    given: [INTERFACE, FILTER],
    send: '/filters/fil-a/static?protocol=arp&src_address=0.0.0.0/0&dst_address=0.0.0.0/0&action=pass',
    reply: object('FilterStatic', { protocol: 'arp', src_prefix: 0, dst_prefix: 0 }),
  },
  'GET /filters/:uuid/static': {
    given: RULES,
    send: '/filters/fil-a/static',
    reply: list('FilterStatic', { protocol: 'tcp', dst_port: 22 }, { protocol: 'icmp', action: 'drop' }),
  },
  'DELETE /filters/:uuid/static': {
    given: RULES,
    send: `/filters/fil-a/static?${SSH}`,
    reply: object('FilterStatic', { protocol: 'tcp', dst_port: 22, action: 'pass' }),
    then: [['GET /filters/fil-a/static', { items: [{ protocol: 'icmp' }] }]],
    refused: [
      [`DELETE /filters/fil-a/static?${SSH}`, 'UnknownResource'],
      // What is missing is none, not any.
      ['DELETE /filters/fil-a/static?protocol=icmp&src_address=10.0.0.1', 'UnknownResource'],
    ],
  },
  'DELETE /filters/:uuid/static (the action does not count)': {
    given: RULES,
    send: '/filters/fil-a/static?protocol=icmp&action=pass',
    reply: object('FilterStatic', { protocol: 'icmp', action: 'drop' }),
  },
};

const TRANSLATION = 'POST /translations?uuid=tr-a&interface_uuid=if-a&mode=static_address';
const TRANSLATION_B = 'POST /translations?uuid=tr-b&interface_uuid=if-b&mode=static_address';
const PAIR = 'ingress_ipv4_address=10.1.0.5&egress_ipv4_address=10.2.0.5';
const PORTS = 'ingress_port_number=80&egress_port_number=8080';
const NETWORKS = 'ingress_network_uuid=nw-a&egress_network_uuid=nw-b';

export const translations: Cases = {
  'POST /translations': {
    given: [INTERFACE],
    send: '/translations?uuid=tr-a&interface_uuid=if-a&mode=static_address&passthrough=true',
    reply: object('Translation', { uuid: 'tr-a', mode: 'static_address', passthrough: true, interface_uuid: 'if-a' }),
  },
  'POST /translations (0.9)': {
    given: [INTERFACE],
    send: '/translations?uuid=tr-a&interface_uuid=if-a&mode=vnet_edge',
    reply: object('Translation', { mode: 'vnet_edge', passthrough: false }),
    refused: [[`POST /translations/tr-a/static_address?${PAIR}`, 'ArgumentError']],
  },
  'GET /translations': {
    given: [INTERFACE, INTERFACE_B, TRANSLATION, TRANSLATION_B],
    send: '/translations',
    reply: list('Translation', { uuid: 'tr-a' }, { uuid: 'tr-b' }),
  },
  'GET /translations/:uuid': {
    given: [INTERFACE, TRANSLATION],
    send: '/translations/tr-a',
    reply: object('Translation', { uuid: 'tr-a', interface_uuid: 'if-a' }),
  },
  'PUT /translations/:uuid (0.9)': {
    given: [INTERFACE, INTERFACE_B, TRANSLATION],
    send: '/translations/tr-a?interface_uuid=if-b&mode=vnet_edge&passthrough=true',
    reply: object('Translation', { interface_uuid: 'if-b', mode: 'vnet_edge', passthrough: true }),
  },
  'DELETE /translations/:uuid': {
    given: [INTERFACE, TRANSLATION, `POST /translations/tr-a/static_address?${PAIR}`],
    send: '/translations/tr-a',
    reply: exactly(['tr-a']),
    then: [
      [TRANSLATION, { uuid: 'tr-a' }],
      ['GET /translations/tr-a/static_address', { total_count: 0 }],
    ],
  },
  'POST /translations/:uuid/static_address': {
    given: [INTERFACE, TRANSLATION, NETWORK, NETWORK_B, ROUTE_LINK],
    send: `/translations/tr-a/static_address?${PAIR}&${PORTS}&${NETWORKS}&route_link_uuid=rl-a`,
    reply: object('TranslationStaticAddress', {
      ingress_ipv4_address: '10.1.0.5',
      egress_ipv4_address: '10.2.0.5',
      ingress_port_number: 80,
      egress_port_number: 8080,
      route_link_uuid: 'rl-a',
      ingress_network_uuid: 'nw-a',
      egress_network_uuid: 'nw-b',
    }),
    refused: [[`POST /translations/tr-a/static_address?${PAIR}&${PORTS}`, 'ArgumentError']],
  },
  'POST /translations/:uuid/static_address (addresses alone)': {
    given: [INTERFACE, TRANSLATION],
    send: `/translations/tr-a/static_address?${PAIR}`,
    reply: object(
      'TranslationStaticAddress',
      { ingress_port_number: null, egress_port_number: null, route_link_id: null },
      ['route_link_uuid', 'ingress_network_uuid', 'egress_network_uuid'],
    ),
    // No other like it in the translation, with or without ports.
    refused: [[`POST /translations/tr-a/static_address?${PAIR}`, 'ArgumentError']],
  },
  'GET /translations/:uuid/static_address': {
    given: [INTERFACE, TRANSLATION, `POST /translations/tr-a/static_address?${PAIR}`],
    send: '/translations/tr-a/static_address',
    reply: list('TranslationStaticAddress', { ingress_ipv4_address: '10.1.0.5' }),
    meant: "the path is there, as vnctl's `static_address show` expects",
  },
  'DELETE /translations/:uuid/static_address': {
    given: [
      INTERFACE,
      INTERFACE_B,
      NETWORK,
      NETWORK_B,
      TRANSLATION,
      TRANSLATION_B,
      `POST /translations/tr-a/static_address?${PAIR}&${PORTS}`,
      `POST /translations/tr-a/static_address?${PAIR}`,
      `POST /translations/tr-b/static_address?${PAIR}&${PORTS}`,
    ],
    send: `/translations/tr-a/static_address?${PAIR}&${PORTS}&${NETWORKS}`,
    reply: exactly({ uuid: 'tr-a' }),
    then: [
      ['GET /translations/tr-a/static_address', { items: [{ ingress_port_number: null }] }],
      ['GET /translations/tr-b/static_address', { total_count: 1 }],
    ],
    refused: [[`DELETE /translations/tr-a/static_address?${PAIR}&${PORTS}`, 'UnknownResource']],
    meant:
      'only an entry of this translation with just these ports is deleted, and the networks may be named as when it was made',
  },
};

const EDGE = 'POST /translations?uuid=tr-a&interface_uuid=if-a&mode=vnet_edge';
const EDGE_B = 'POST /translations?uuid=tr-b&interface_uuid=if-b&mode=vnet_edge';
const VLAN = 'POST /vlan_translations?uuid=vt-a&translation_uuid=tr-a&network_uuid=nw-a&vlan_id=100';

export const vlanTranslations: Cases = {
  'POST /vlan_translations': {
    given: [INTERFACE, INTERFACE_B, EDGE, TRANSLATION_B, NETWORK],
    send: '/vlan_translations?uuid=vt-a&translation_uuid=tr-a&network_uuid=nw-a&mac_address=02:00:00:00:00:09&vlan_id=100',
    reply: object('VlanTranslation', {
      uuid: 'vt-a',
      mac_address: '02:00:00:00:00:09',
      vlan_id: 100,
      translation_uuid: 'tr-a',
      network_uuid: 'nw-a',
    }),
    refused: [['POST /vlan_translations?translation_uuid=tr-b&network_uuid=nw-a', 'ArgumentError']],
  },
  'POST /vlan_translations (without what is optional)': {
    given: [INTERFACE, EDGE, NETWORK],
    send: '/vlan_translations?translation_uuid=tr-a&network_uuid=nw-a',
    reply: object('VlanTranslation', { mac_address: null, vlan_id: null }),
  },
  'GET /vlan_translations': {
    given: [INTERFACE, EDGE, NETWORK, VLAN],
    send: '/vlan_translations',
    reply: list('VlanTranslation', { uuid: 'vt-a', vlan_id: 100 }),
  },
  'GET /vlan_translations/:uuid': {
    given: [INTERFACE, EDGE, NETWORK, VLAN],
    send: '/vlan_translations/vt-a',
    reply: object('VlanTranslation', { uuid: 'vt-a', network_uuid: 'nw-a' }),
  },
  'PUT /vlan_translations/:uuid': {
    given: [INTERFACE, INTERFACE_B, EDGE, EDGE_B, NETWORK, NETWORK_B, VLAN],
    send: '/vlan_translations/vt-a?translation_uuid=tr-b&network_uuid=nw-b&mac_address=02:00:00:00:00:0a&vlan_id=200',
    reply: object('VlanTranslation', {
      translation_uuid: 'tr-b',
      network_uuid: 'nw-b',
      mac_address: '02:00:00:00:00:0a',
      vlan_id: 200,
    }),
  },
  'DELETE /vlan_translations/:uuid': {
    given: [INTERFACE, EDGE, NETWORK, VLAN],
    send: '/vlan_translations/vt-a',
    reply: exactly(['vt-a']),
    refused: [['GET /vlan_translations/vt-a', 'UnknownUUIDResource']],
  },
};
