import { type Cases, exactly, list, madeUp, object } from '../case.ts';
import { INTERFACE_B, LEASED_INTERFACE, NETWORK, NETWORK_B, ROUTE_LINK, ROUTE_LINK_B } from '../given.ts';

const ENDS = [NETWORK, LEASED_INTERFACE, ROUTE_LINK];
const ROUTE = 'POST /routes?uuid=r-a&interface_uuid=if-a&network_uuid=nw-a&route_link_uuid=rl-a&ipv4_network=10.1.0.0';
const ROUTE_B =
  'POST /routes?uuid=r-b&interface_uuid=if-a&network_uuid=nw-a&route_link_uuid=rl-a&ipv4_network=10.9.0.0';

export const routes: Cases = {
  'POST /routes': {
    given: ENDS,
    send:
      '/routes?uuid=r-a&interface_uuid=if-a&network_uuid=nw-a&route_link_uuid=rl-a&ipv4_network=10.8.0.0&ipv4_prefix=16&' +
      'ingress=false&egress=true',
    reply: object('Route', {
      uuid: 'r-a',
      route_link_uuid: 'rl-a',
      network_uuid: 'nw-a',
      interface_uuid: 'if-a',
      mode: 'gateway',
      ipv4_network: '10.8.0.0',
      ipv4_prefix: 16,
      ingress: false,
      egress: true,
    }),
    then: [['GET /interfaces/if-a/route_links', { total_count: 1 }]],
  },
  'POST /routes (without what is optional)': {
    given: ENDS,
    send: '/routes?interface_uuid=if-a&network_uuid=nw-a&route_link_uuid=rl-a&ipv4_network=10.1.0.0',
    reply: object('Route', { uuid: madeUp('r'), ipv4_prefix: 24, ingress: true, egress: true }),
  },
  'POST /routes (the default route)': {
    given: ENDS,
    send: '/routes?interface_uuid=if-a&network_uuid=nw-a&route_link_uuid=rl-a&ipv4_network=0.0.0.0&ipv4_prefix=0',
    reply: object('Route', { ipv4_network: '0.0.0.0', ipv4_prefix: 0 }),
  },
  'GET /routes': {
    given: [...ENDS, ROUTE, ROUTE_B],
    send: '/routes',
    reply: list('Route', { uuid: 'r-a' }, { uuid: 'r-b' }),
  },
  'GET /routes/:uuid': { given: [...ENDS, ROUTE], send: '/routes/r-a', reply: object('Route', { uuid: 'r-a' }) },
  'DELETE /routes/:uuid': {
    given: [...ENDS, ROUTE],
    send: '/routes/r-a',
    reply: exactly(['r-a']),
    then: [['GET /interfaces/if-a/route_links', { total_count: 0 }]],
  },
  'PUT /routes/:uuid (0.9)': {
    given: [...ENDS, ROUTE, NETWORK_B, INTERFACE_B, ROUTE_LINK_B],
    send:
      '/routes/r-a?interface_uuid=if-b&network_uuid=nw-b&route_link_uuid=rl-b&ipv4_network=10.2.0.0&ipv4_prefix=25&' +
      'ingress=false&egress=false',
    reply: object('Route', {
      interface_uuid: 'if-b',
      network_uuid: 'nw-b',
      route_link_uuid: 'rl-b',
      ipv4_network: '10.2.0.0',
      ipv4_prefix: 25,
      ingress: false,
      egress: false,
    }),
  },
};

export const routeLinks: Cases = {
  'POST /route_links': {
    given: ['POST /topologies?uuid=topo-a&mode=simple_overlay'],
    send: '/route_links?uuid=rl-a&topology_uuid=topo-a&mac_address=02:00:00:00:00:04',
    reply: object('RouteLink', { uuid: 'rl-a', mac_address: '02:00:00:00:00:04' }),
    then: [['GET /topologies/topo-a/route_links', { total_count: 1 }]],
    refused: [['POST /route_links?mac_address=02:00:00:00:00:04', 'ArgumentError']],
  },
  'GET /route_links': {
    given: [ROUTE_LINK, ROUTE_LINK_B],
    send: '/route_links',
    reply: list('RouteLink', { uuid: 'rl-a' }, { uuid: 'rl-b' }),
  },
  'GET /route_links/:uuid': {
    given: [ROUTE_LINK],
    send: '/route_links/rl-a',
    reply: object('RouteLink', { uuid: 'rl-a', mac_address: '02:00:00:00:00:04' }),
  },
  'DELETE /route_links/:uuid': {
    given: [...ENDS, ROUTE],
    send: '/route_links/rl-a',
    reply: exactly(['rl-a']),
    then: [['GET /routes', { total_count: 0 }]],
  },
  'PUT /route_links/:uuid (0.9)': {
    given: [ROUTE_LINK],
    send: '/route_links/rl-a?mac_address=02:00:00:00:00:44',
    reply: object('RouteLink', { mac_address: '02:00:00:00:00:44' }),
    then: [['POST /route_links?mac_address=02:00:00:00:00:04', { mac_address: '02:00:00:00:00:04' }]],
  },
};
