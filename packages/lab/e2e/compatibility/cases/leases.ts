import { type Cases, exactly, list, object } from '../case.ts';
import {
  INTERFACE,
  INTERFACE_B,
  LEASED_INTERFACE,
  MAC_LEASE,
  MAC_LEASE_B,
  NETWORK,
  NETWORK_B,
  SEGMENT,
} from '../given.ts';

const IP_LEASE = 'POST /ip_leases?uuid=il-a&network_uuid=nw-a&ipv4_address=10.1.0.5';
const HELD = [NETWORK, INTERFACE, MAC_LEASE, `${IP_LEASE}&interface_uuid=if-a`];

export const macLeases: Cases = {
  'POST /mac_leases': {
    given: [INTERFACE, SEGMENT],
    send: '/mac_leases?uuid=ml-a&interface_uuid=if-a&segment_uuid=seg-a&mac_address=02:00:00:00:00:0A',
    reply: object('MacLease', {
      uuid: 'ml-a',
      mac_address: '02:00:00:00:00:0a',
      interface_uuid: 'if-a',
      interface: { uuid: 'if-a' },
    }),
    refused: [
      ['POST /mac_leases?interface_uuid=if-a&mac_address=02:00:00:00:00:0a', 'ArgumentError'],
      // Unique in all segments, not in one.
      ['POST /mac_leases?interface_uuid=if-a&segment_uuid=seg-a&mac_address=02:00:00:00:00:0a', 'ArgumentError'],
    ],
  },
  'POST /mac_leases (in the notation of switches)': {
    given: [INTERFACE],
    send: '/mac_leases?interface_uuid=if-a&mac_address=0200.0000.000b',
    reply: object('MacLease', { mac_address: '02:00:00:00:00:0b', segment_id: null }),
  },
  'GET /mac_leases': {
    given: [INTERFACE, INTERFACE_B, MAC_LEASE, MAC_LEASE_B],
    send: '/mac_leases',
    reply: list('MacLease', { uuid: 'ml-a' }, { uuid: 'ml-b' }),
  },
  'GET /mac_leases/:uuid': {
    given: [INTERFACE, MAC_LEASE],
    send: '/mac_leases/ml-a',
    reply: object('MacLease', { uuid: 'ml-a', interface_uuid: 'if-a' }),
  },
  'PUT /mac_leases/:uuid': {
    given: [INTERFACE, INTERFACE_B, MAC_LEASE],
    send: '/mac_leases/ml-a?interface_uuid=if-b',
    reply: object('MacLease', { interface_uuid: 'if-b', mac_address: '02:00:00:00:00:02' }),
    then: [
      ['GET /interfaces/if-a', { mac_leases: [] }],
      ['GET /interfaces/if-b', { mac_address: '02:00:00:00:00:02' }],
    ],
  },
  'PUT /mac_leases/:uuid (0.9)': {
    given: [INTERFACE, INTERFACE_B, MAC_LEASE, MAC_LEASE_B],
    send: '/mac_leases/ml-a?mac_address=02:00:00:00:00:77',
    reply: object('MacLease', { mac_address: '02:00:00:00:00:77', interface_uuid: 'if-a' }),
    // The old address is free again.
    then: [['PUT /mac_leases/ml-b?mac_address=02:00:00:00:00:02', { mac_address: '02:00:00:00:00:02' }]],
    refused: [['PUT /mac_leases/ml-b?mac_address=02:00:00:00:00:77', 'ArgumentError']],
  },
  'DELETE /mac_leases/:uuid': {
    given: HELD,
    send: '/mac_leases/ml-a',
    reply: exactly(['ml-a']),
    then: [
      ['GET /ip_leases', { total_count: 0 }],
      ['GET /interfaces/if-a', { mac_leases: [] }],
    ],
  },
};

export const ipLeases: Cases = {
  'POST /ip_leases': {
    given: [NETWORK, INTERFACE, MAC_LEASE],
    send:
      '/ip_leases?uuid=il-a&enable_routing=true&network_uuid=nw-a&ipv4_address=10.1.0.5&mac_lease_uuid=ml-a&' +
      'interface_uuid=if-a',
    reply: object('IpLease', {
      uuid: 'il-a',
      enable_routing: true,
      ipv4_address: '10.1.0.5',
      ip_address: { ipv4_address: 0x0a010005, network: { uuid: 'nw-a', ipv4_network: 0x0a010000 } },
      interface_uuid: 'if-a',
      mac_lease_uuid: 'ml-a',
      network_uuid: 'nw-a',
      mac_lease: { uuid: 'ml-a' },
      interface: { uuid: 'if-a' },
    }),
    refused: [
      ['POST /ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.5', 'ArgumentError'],
      ['POST /ip_leases?network_uuid=nw-a&ipv4_address=10.2.0.5', 'ArgumentError'],
    ],
  },
  'POST /ip_leases (interface alone: its first MAC lease)': {
    given: [NETWORK, INTERFACE, MAC_LEASE, 'POST /mac_leases?interface_uuid=if-a&mac_address=02:00:00:00:00:33'],
    send: '/ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.5&interface_uuid=if-a',
    reply: object('IpLease', { mac_lease_uuid: 'ml-a', interface_uuid: 'if-a', enable_routing: false }),
  },
  'POST /ip_leases (MAC lease alone: its interface)': {
    given: [NETWORK, INTERFACE, MAC_LEASE],
    send: '/ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.5&mac_lease_uuid=ml-a',
    reply: object('IpLease', { mac_lease_uuid: 'ml-a', interface_uuid: 'if-a' }),
  },
  'POST /ip_leases (neither: no one has it)': {
    given: [NETWORK],
    send: '/ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.5',
    reply: object('IpLease', { interface_id: null, mac_lease_id: null, mac_lease: null, interface: null }, [
      'interface_uuid',
      'mac_lease_uuid',
    ]),
  },
  'POST /ip_leases (an interface without a MAC lease, and one of another)': {
    given: [NETWORK, INTERFACE, INTERFACE_B, MAC_LEASE],
    send: '/ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.5&mac_lease_uuid=ml-a&interface_uuid=if-a',
    reply: object('IpLease'),
    refused: [
      ['POST /ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.6&interface_uuid=if-b', 'ArgumentError'],
      [
        'POST /ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.6&interface_uuid=if-b&mac_lease_uuid=ml-a',
        'ArgumentError',
      ],
    ],
  },
  'GET /ip_leases': {
    given: [...HELD, 'POST /ip_leases?uuid=il-b&network_uuid=nw-a&ipv4_address=10.1.0.6'],
    send: '/ip_leases',
    reply: list('IpLease', { uuid: 'il-a', interface_uuid: 'if-a' }, { uuid: 'il-b', interface: null }),
  },
  'GET /ip_leases/:uuid': {
    given: HELD,
    send: '/ip_leases/il-a',
    reply: object('IpLease', { uuid: 'il-a', ipv4_address: '10.1.0.5' }),
  },
  'PUT /ip_leases/:uuid': {
    given: HELD,
    send: '/ip_leases/il-a?enable_routing=true',
    reply: object('IpLease', { enable_routing: true, ipv4_address: '10.1.0.5', mac_lease_uuid: 'ml-a' }),
  },
  'PUT /ip_leases/:uuid (0.9)': {
    given: [...HELD, NETWORK_B, INTERFACE_B, MAC_LEASE_B],
    send: '/ip_leases/il-a?network_uuid=nw-b&mac_lease_uuid=ml-b&ipv4_address=10.2.0.7',
    reply: object('IpLease', { network_uuid: 'nw-b', ipv4_address: '10.2.0.7', interface_uuid: 'if-b' }),
    // The old address is free again.
    then: [['POST /ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.5', { ipv4_address: '10.1.0.5' }]],
    refused: [['PUT /ip_leases/il-a?ipv4_address=10.3.0.1', 'ArgumentError']],
  },
  'PUT /ip_leases/:uuid/attach': {
    given: [NETWORK, INTERFACE, MAC_LEASE, IP_LEASE],
    send: '/ip_leases/il-a/attach?interface_uuid=if-a&mac_lease_uuid=ml-a',
    reply: object('BareIpLease', { interface_uuid: 'if-a', mac_lease_uuid: 'ml-a' }),
    then: [['GET /interfaces/if-a', { ipv4_address: '10.1.0.5' }]],
    // Already attached.
    refused: [['PUT /ip_leases/il-a/attach?interface_uuid=if-a', 'ArgumentError']],
  },
  'PUT /ip_leases/:uuid/attach (one of the two is enough, none is not)': {
    given: [
      NETWORK,
      INTERFACE,
      MAC_LEASE,
      IP_LEASE,
      'POST /ip_leases?uuid=il-b&network_uuid=nw-a&ipv4_address=10.1.0.6',
    ],
    send: '/ip_leases/il-a/attach?mac_lease_uuid=ml-a',
    reply: object('BareIpLease', { interface_uuid: 'if-a' }),
    then: [['PUT /ip_leases/il-b/attach?interface_uuid=if-a', { mac_lease_uuid: 'ml-a' }]],
  },
  'PUT /ip_leases/:uuid/release': {
    given: HELD,
    send: '/ip_leases/il-a/release',
    reply: object('BareIpLease', { interface_id: null, mac_lease_id: null }, ['interface_uuid', 'mac_lease_uuid']),
    then: [
      ['GET /interfaces/if-a', { ip_leases: [] }],
      ['GET /ip_leases/il-a', { ipv4_address: '10.1.0.5', interface: null }],
    ],
    refused: [
      // Not attached.
      ['PUT /ip_leases/il-a/release', 'ArgumentError'],
      ['PUT /ip_leases/il-a/attach', 'ArgumentError'],
      // The address stays reserved.
      ['POST /ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.5', 'ArgumentError'],
    ],
  },
  'DELETE /ip_leases/:uuid': {
    given: [NETWORK, LEASED_INTERFACE, IP_LEASE],
    send: '/ip_leases/il-a',
    reply: exactly(['il-a']),
    then: [['POST /ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.5', { ipv4_address: '10.1.0.5' }]],
    refused: [['GET /ip_leases/il-a', 'UnknownUUIDResource']],
  },
};
