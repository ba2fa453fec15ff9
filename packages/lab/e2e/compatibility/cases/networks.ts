import { type Cases, exactly, list, madeUp, object } from '../case.ts';
import { NETWORK, NETWORK_B, SEGMENT, SEGMENT_B } from '../given.ts';

const NETWORK_PARAMS =
  'display_name=Blue&domain_name=blue.example&segment_uuid=seg-a&topology_uuid=topo-a&ipv4_network=10.1.0.0&ipv4_prefix=16';

export const networks: Cases = {
  'POST /networks': {
    given: [SEGMENT, 'POST /topologies?uuid=topo-a&mode=simple_overlay'],
    send: `/networks?uuid=nw-a&${NETWORK_PARAMS}&mode=virtual`,
    reply: object('Network', {
      uuid: 'nw-a',
      display_name: 'Blue',
      ipv4_network: '10.1.0.0',
      ipv4_prefix: 16,
      mode: 'virtual',
      domain_name: 'blue.example',
    }),
    then: [
      ['GET /segments', { total_count: 1 }],
      ['GET /topologies/topo-a/networks', { total_count: 1 }],
    ],
  },
  'POST /networks (without what is optional)': {
    send: '/networks?uuid=nw-a&ipv4_network=10.1.0.0',
    reply: object('Network', { display_name: '', ipv4_prefix: 24, mode: null, domain_name: 'a', segment_id: null }),
  },
  'POST /networks (network_mode counts before mode)': {
    send: '/networks?ipv4_network=10.1.0.0&mode=physical&network_mode=virtual',
    reply: object('Network', { uuid: madeUp('nw'), mode: 'virtual' }),
    unchecked: ['mode'],
  },
  'POST /networks (networks may overlap)': {
    given: [NETWORK],
    send: '/networks?ipv4_network=10.1.0.0&ipv4_prefix=24',
    reply: object('Network', { ipv4_network: '10.1.0.0' }),
    then: [['GET /networks', { total_count: 2 }]],
  },
  'GET /networks': {
    given: [NETWORK, NETWORK_B],
    send: '/networks',
    reply: list('Network', { uuid: 'nw-a' }, { uuid: 'nw-b' }),
  },
  'GET /networks/:uuid': {
    given: [NETWORK],
    send: '/networks/nw-a',
    reply: object('Network', { uuid: 'nw-a', ipv4_network: '10.1.0.0' }),
  },
  'PUT /networks/:uuid': {
    given: [NETWORK],
    send: '/networks/nw-a?display_name=Red&domain_name=red.example',
    reply: object('Network', { display_name: 'Red', domain_name: 'red.example', ipv4_network: '10.1.0.0' }),
    then: [['GET /networks/nw-a', { display_name: 'Red' }]],
  },
  'PUT /networks/:uuid (nothing)': {
    given: [NETWORK],
    send: '/networks/nw-a?',
    reply: object('Network', { display_name: '', domain_name: 'a', mode: 'virtual' }),
  },
  'DELETE /networks/:uuid': {
    given: [NETWORK],
    send: '/networks/nw-a',
    reply: exactly(['nw-a']),
    then: [['GET /networks', { total_count: 0 }]],
    refused: [
      ['GET /networks/nw-a', 'UnknownUUIDResource'],
      ['DELETE /networks/nw-a', 'UnknownUUIDResource'],
    ],
  },
  'PUT /networks/:uuid (0.9)': {
    given: [NETWORK],
    send: '/networks/nw-a?display_name=Red&ipv4_network=10.9.0.0&ipv4_prefix=16&network_mode=internal',
    reply: object('Network', { display_name: 'Red', ipv4_network: '10.9.0.0', ipv4_prefix: 16, mode: 'internal' }),
  },
  'POST /networks (0.9)': {
    send: '/networks?ipv4_network=10.1.0.0&network_mode=physical&editable=true',
    reply: object('Network', { mode: 'physical' }, ['editable']),
    // It was taken and did nothing.
    unchecked: ['editable'],
  },
};

export const segments: Cases = {
  'POST /segments': {
    given: ['POST /topologies?uuid=topo-a&mode=simple_overlay'],
    send: '/segments?uuid=seg-a&topology_uuid=topo-a&mode=virtual',
    reply: object('Segment', { uuid: 'seg-a', mode: 'virtual' }),
    then: [['GET /topologies/topo-a/segments', { total_count: 1 }]],
  },
  'GET /segments': {
    given: [SEGMENT, SEGMENT_B],
    send: '/segments',
    reply: list('Segment', { uuid: 'seg-a' }, { uuid: 'seg-b' }),
  },
  'GET /segments/:uuid': { given: [SEGMENT], send: '/segments/seg-a', reply: object('Segment', { uuid: 'seg-a' }) },
  'DELETE /segments/:uuid': {
    given: [SEGMENT],
    send: '/segments/seg-a',
    reply: exactly(['seg-a']),
    refused: [['GET /segments/seg-a', 'UnknownUUIDResource']],
  },
};
