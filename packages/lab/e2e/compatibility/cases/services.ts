import { type Cases, exactly, list, object } from '../case.ts';
import { INTERFACE, INTERFACE_B } from '../given.ts';

const DHCP = 'POST /network_services?uuid=ns-a&mode=dhcp&interface_uuid=if-a';
const DNS = 'POST /network_services?uuid=ns-b&mode=dns&interface_uuid=if-a';
const DNS_SERVICE = 'POST /dns_services?uuid=dnss-a&network_service_uuid=ns-b&public_dns=8.8.8.8';
const RECORDS = [
  INTERFACE,
  DNS,
  DNS_SERVICE,
  'POST /dns_services/dnss-a/dns_records?uuid=dnsr-a&name=www&ipv4_address=10.1.0.1',
  'POST /dns_services/dnss-a/dns_records?uuid=dnsr-b&name=db&ipv4_address=10.1.0.2',
];

export const networkServices: Cases = {
  'POST /network_services': {
    given: [INTERFACE],
    send: '/network_services?uuid=ns-a&display_name=dns&interface_uuid=if-a&incoming_port=53&outgoing_port=54&mode=dns',
    reply: object('NetworkService', {
      uuid: 'ns-a',
      display_name: 'dns',
      mode: 'dns',
      incoming_port: 53,
      outgoing_port: 54,
      interface: { uuid: 'if-a' },
      interface_uuid: 'if-a',
    }),
  },
  'POST /network_services (without what is optional)': {
    send: '/network_services?mode=router',
    reply: object('NetworkService', { display_name: null, interface_id: null, incoming_port: null, interface: null }, [
      'interface_uuid',
    ]),
  },
  'POST /network_services (0.9)': {
    send: '/network_services?type=dhcp',
    reply: object('NetworkService', { mode: 'dhcp' }, ['type']),
  },
  'GET /network_services': {
    given: [INTERFACE, DHCP, DNS],
    send: '/network_services',
    reply: list('NetworkService', { uuid: 'ns-a' }, { uuid: 'ns-b' }),
  },
  'GET /network_services/:uuid': {
    given: [INTERFACE, DHCP],
    send: '/network_services/ns-a',
    reply: object('NetworkService', { uuid: 'ns-a', mode: 'dhcp' }),
  },
  'PUT /network_services/:uuid': {
    given: [INTERFACE, DHCP],
    send: '/network_services/ns-a?display_name=leases',
    reply: object('NetworkService', { display_name: 'leases', mode: 'dhcp', interface_uuid: 'if-a' }),
  },
  'PUT /network_services/:uuid (0.9)': {
    given: [INTERFACE, INTERFACE_B, DHCP],
    send: '/network_services/ns-a?display_name=x&interface_uuid=if-b&incoming_port=67&outgoing_port=68',
    reply: object('NetworkService', { interface_uuid: 'if-b', incoming_port: 67, outgoing_port: 68 }),
  },
  'DELETE /network_services/:uuid': {
    given: RECORDS,
    send: '/network_services/ns-b',
    reply: exactly(['ns-b']),
    then: [['GET /dns_services', { total_count: 0 }]],
  },
};

export const dnsServices: Cases = {
  'POST /dns_services': {
    given: [INTERFACE, DHCP, DNS],
    send: '/dns_services?uuid=dnss-a&public_dns=8.8.8.8,8.8.4.4&network_service_uuid=ns-b',
    reply: object('DnsService', {
      uuid: 'dnss-a',
      public_dns: '8.8.8.8,8.8.4.4',
      network_service: { uuid: 'ns-b' },
      network_service_uuid: 'ns-b',
    }),
    refused: [
      ['POST /dns_services?network_service_uuid=ns-a', 'ArgumentError'],
      ['POST /dns_services?network_service_uuid=ns-b&public_dns=8.8.8', 'ArgumentError'],
    ],
  },
  'POST /dns_services (blanks between the addresses)': {
    given: [INTERFACE, DNS],
    send: '/dns_services?network_service_uuid=ns-b&public_dns= 8.8.8.8 , 8.8.4.4 ',
    reply: object('DnsService', { public_dns: '8.8.8.8,8.8.4.4' }),
  },
  'GET /dns_services': {
    given: [INTERFACE, DNS, DNS_SERVICE],
    send: '/dns_services',
    reply: list('DnsService', { uuid: 'dnss-a' }),
  },
  'GET /dns_services/:uuid': {
    given: [INTERFACE, DNS, DNS_SERVICE],
    send: '/dns_services/dnss-a',
    reply: object('DnsService', { uuid: 'dnss-a', public_dns: '8.8.8.8' }),
  },
  'PUT /dns_services/:uuid': {
    given: [INTERFACE, DNS, DNS_SERVICE],
    send: '/dns_services/dnss-a?public_dns=1.1.1.1',
    reply: object('DnsService', { public_dns: '1.1.1.1', network_service_uuid: 'ns-b' }),
    refused: [['PUT /dns_services/dnss-a?public_dns=one.one', 'ArgumentError']],
  },
  'DELETE /dns_services/:uuid': {
    given: RECORDS,
    send: '/dns_services/dnss-a',
    reply: exactly(['dnss-a']),
    then: [
      [DNS_SERVICE, { uuid: 'dnss-a' }],
      ['GET /dns_services/dnss-a/dns_records', { total_count: 0 }],
    ],
  },
  'POST /dns_services/:uuid/dns_records': {
    given: [INTERFACE, DNS, DNS_SERVICE],
    send: '/dns_services/dnss-a/dns_records?uuid=dnsr-a&name=www&ipv4_address=10.1.0.1',
    reply: object('DnsRecord', { uuid: 'dnsr-a', name: 'www', ipv4_address: 0x0a010001, ttl: null }),
    refused: [['POST /dns_services/dnss-a/dns_records?uuid=dnsr-b&name=www', 'MissingArgument']],
    meant: 'a uuid that is in use is refused (OpenVNet gave it to the new record and renamed the old one)',
  },
  'GET /dns_services/:uuid/dns_records': {
    given: RECORDS,
    send: '/dns_services/dnss-a/dns_records',
    reply: list('DnsRecord', { uuid: 'dnsr-a' }, { uuid: 'dnsr-b' }),
  },
  'DELETE /dns_services/:uuid/dns_records/:dns_record_uuid': {
    given: [
      ...RECORDS,
      'POST /network_services?uuid=ns-c&mode=dns&interface_uuid=if-a',
      'POST /dns_services?uuid=dnss-b&network_service_uuid=ns-c',
    ],
    send: '/dns_services/dnss-a/dns_records/dnsr-a',
    reply: exactly(['dnsr-a']),
    then: [['GET /dns_services/dnss-a/dns_records', { items: [{ uuid: 'dnsr-b' }] }]],
    // It is another service's.
    refused: [['DELETE /dns_services/dnss-b/dns_records/dnsr-b', 'UnknownUUIDResource']],
  },
};
