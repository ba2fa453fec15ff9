/** How requests are read, and errors said. */
import { expect } from 'vitest';
import { INTERFACE, MAC_LEASE, NETWORK } from '../given.ts';
import { type Difference, answers, refuses } from './difference.ts';

export const requests: readonly Difference[] = [
  {
    openvnet: 'Messages of errors are dumps of Ruby hashes: `{:error=>"parameter validation failed", …}`.',
    vnet: 'They name the parameter, its value and what would be right.',
    why: 'Class, code and status are the same, and people read the message.',
    check: refuses([], 'ArgumentError', {
      'POST /networks?ipv4_network=10.1.0': 'ipv4_network: "10.1.0" is not an IPv4 address',
      'POST /segments?mode=x': 'mode: "x" is not one of physical, virtual',
    }),
  },
  {
    openvnet: 'A text that is no integer: 500. A text that is no boolean: taken for null.',
    vnet: '400 `ArgumentError`.',
    why: 'What a client got wrong is no defect of the server, and never half understood.',
    check: refuses([], 'ArgumentError', {
      'POST /networks?ipv4_network=10.1.0.0&ipv4_prefix=many': 'ipv4_prefix',
      'POST /interfaces?mode=vif&enable_routing=maybe': 'enable_routing',
    }),
  },
  {
    openvnet:
      'What only vnmgr finds out is 500 `RuntimeError`: a duplicate MAC address, ranges without a free address, a lease that is attached already or not at all, a wrong DNS server.',
    vnet: '400 `ArgumentError` that names what is in the way.',
    why: 'As above.',
    check: refuses(
      [INTERFACE, MAC_LEASE, NETWORK, 'POST /ip_leases?uuid=il-a&network_uuid=nw-a&ipv4_address=10.1.0.1'],
      'ArgumentError',
      {
        'POST /mac_leases?interface_uuid=if-a&mac_address=02:00:00:00:00:02': 'ml-a',
        'POST /ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.1': 'il-a',
        'PUT /ip_leases/il-a/release': 'il-a',
      },
    ),
  },
  {
    openvnet: 'An unknown path or verb is answered with a page of HTML.',
    vnet: '404 in JSON or YAML, as all errors, with code 122.',
    why: 'Clients parse what they get.',
    check: async (client) => {
      const { status, body } = await client.send('GET /nowhere');
      expect({ status, body }).toMatchObject({ status: 404, body: { code: '122' } });
    },
  },
  {
    openvnet: 'An empty value counts as given: 400 where a value has to be one of some.',
    vnet: 'Of anything but a text, it is the same as no value; for what may be null, it takes the value away.',
    why: 'A query string has no other way to say so.',
    check: answers([NETWORK], 'PUT /networks/nw-a?network_mode=', { mode: null }),
  },
  {
    openvnet: 'Leading zeros: `020` is 16 (octal), `010.001.000.000` is 10.1.0.0 (decimal).',
    vnet: 'Both are refused.',
    why: 'Half of the world reads them otherwise.',
    check: refuses([], 'ArgumentError', {
      'POST /networks?ipv4_network=10.1.0.0&ipv4_prefix=020': 'ipv4_prefix',
      'POST /networks?ipv4_network=010.001.000.000': 'ipv4_network',
    }),
  },
  {
    openvnet: 'Texts may be as long as the database takes.',
    vnet: 'At most 255 characters, without control characters; the rules of a security group 65,536.',
    why: 'The database cut them, or answered 500.',
    check: refuses([], 'ArgumentError', {
      [`POST /datapaths?node_id=a&dpid=1&display_name=${'x'.repeat(256)}`]: '255',
    }),
  },
  {
    openvnet: 'Pages of other origins may read, and get 403 when they change something.',
    vnet: 'They may do both.',
    why: 'It is what the CORS headers say.',
    check: async (client) => {
      const response = await fetch(`${client.address}/api/1.0/segments?mode=virtual`, {
        method: 'POST',
        headers: { origin: 'http://elsewhere' },
      });
      const { uuid } = (await response.json()) as { uuid: string };
      client.made(`/segments/${uuid}`);
      expect(response.status).toBe(200);
    },
  },
  {
    openvnet:
      'Only the first value of a JSON object is read; a flat object is 500, one that cannot be read is 400 in plain text, and with a charset in its type it is passed over.',
    vnet: 'Flat objects are read too, with or without a charset; one that cannot be read is 400 `ArgumentError`.',
    why: 'It is what everybody sends.',
    check: async (client) => {
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      const response = await fetch(`${client.address}/api/1.0/segments`, { method: 'POST', headers, body: '{"mode":' });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: '110' });
    },
  },
];
