/** Where VNet is not as OpenVNet was, on purpose: each with its reason, and what shows it. */
import { expect } from 'vitest';
import { type OldClient, type RequestLine, itemsOf } from './client.ts';
import { ALLOCATING } from './cases/policies.ts';
import { DATAPATH, HOST, INTERFACE, MAC_LEASE, NETWORK, NETWORK_B, SEGMENT } from './given.ts';
import type { ReferenceError } from './reference/errors.ts';

export interface Difference {
  readonly openvnet: string;
  readonly vnet: string;
  readonly why: string;
  readonly check: (client: OldClient) => Promise<void>;
}

/** After some requests, others are refused, and each message names this. */
function refuses(
  given: readonly RequestLine[],
  error: ReferenceError,
  wrong: Readonly<Record<RequestLine, string>>,
): Difference['check'] {
  return async (client) => {
    for (const request of given) await client.ask(request);
    for (const [request, named] of Object.entries(wrong)) expect(await client.refused(request, error)).toContain(named);
  };
}

/** After some requests, the last one answers this. */
function answers(requests: readonly RequestLine[], last: RequestLine, answer: object): Difference['check'] {
  return async (client) => {
    for (const request of requests) await client.ask(request);
    expect(await client.ask(last)).toMatchObject(answer);
  };
}

const FILTER = [INTERFACE, 'POST /filters?uuid=fil-a&mode=static&interface_uuid=if-a'];
const TRANSLATION = [INTERFACE, 'POST /translations?uuid=tr-a&mode=static_address&interface_uuid=if-a'];
const PAIR = 'ingress_ipv4_address=10.1.0.5&egress_ipv4_address=10.2.0.5';

const REQUESTS: readonly Difference[] = [
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

const VALUES: readonly Difference[] = [
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

const BEHAVIOUR: readonly Difference[] = [
  {
    openvnet: 'Any text is an `action` of a filter’s rule; agents pass over those that they do not know.',
    vnet: '`pass`, `drop` or `conn`.',
    why: 'A rule that is misspelt would do nothing.',
    check: refuses(FILTER, 'ArgumentError', { 'POST /filters/fil-a/static?protocol=tcp&action=allow': 'action' }),
  },
  {
    openvnet: 'The address `0.0.0.0` of a filter’s rule needs `/0`, otherwise 500.',
    vnet: 'It is any address.',
    why: 'It was meant so.',
    check: answers(FILTER, 'POST /filters/fil-a/static?protocol=tcp&src_address=0.0.0.0&action=pass', {
      src_prefix: 0,
    }),
  },
  {
    openvnet: 'In 0.9, rules of filters have `ipv4_address`, `port_number` and `passthrough`.',
    vnet: 'Refused: `action` is missing.',
    why: 'They cannot be said with the rules of the last version: `port_number` was the destination port of packets in and out, a rule of today is mirrored. A silent translation would let more pass.',
    check: refuses(FILTER, 'MissingArgument', {
      'POST /filters/fil-a/static?protocol=tcp&ipv4_address=10.0.0.0/8&port_number=22&passthrough=true': 'action',
    }),
  },
  {
    openvnet: 'In 0.9, `GET /filters/static/` lists the rules of all filters.',
    vnet: '400: `static` is no uuid of a filter.',
    why: '`GET /filters/:uuid/static` of the last version is there.',
    check: refuses([], 'InvalidUUID', { 'GET /filters/static': 'static' }),
  },
  {
    openvnet: 'A translation may have one port without the other; ports go up to 65536.',
    vnet: 'Both ports or neither, up to 65535.',
    why: 'There is nothing to translate the port to.',
    check: refuses(TRANSLATION, 'ArgumentError', {
      [`POST /translations/tr-a/static_address?${PAIR}&ingress_port_number=80`]: 'egress_port_number',
      [`POST /translations/tr-a/static_address?${PAIR}&ingress_port_number=80&egress_port_number=65536`]: '65536',
    }),
  },
  {
    openvnet: 'The networks of a static address are not kept, only repeated in the reply when both are given.',
    vnet: 'Each is kept, and shown from then on.',
    why: 'They say which of two equal addresses is meant.',
    check: answers(
      [...TRANSLATION, NETWORK, `POST /translations/tr-a/static_address?${PAIR}&ingress_network_uuid=nw-a`],
      'GET /translations/tr-a/static_address',
      { items: [{ ingress_network_uuid: 'nw-a' }] },
    ),
  },
  {
    openvnet: 'Deleted rows stay in the database.',
    vnet: 'They are deleted; `deleted_at` is always null and `is_deleted` 0, and no number is used again. `GET /history` has what was there for 30 days.',
    why: 'Every query had to look away from them.',
    check: answers(
      ['POST /segments?uuid=seg-gone&mode=virtual', 'DELETE /segments/seg-gone'],
      'GET /history?uuid=seg-gone',
      { total_count: 2 },
    ),
  },
  {
    openvnet:
      'Rows that a deleted one leaves behind: `datapath_segments` of an interface, ranges of an IP range group and the policies that use it, members of a security group.',
    vnet: 'They go with it.',
    why: 'They would name what is not there.',
    check: async (client) => {
      for (const request of [...HOST, SEGMENT, 'POST /datapaths/dp-a/segments/seg-a?interface_uuid=if-host'])
        await client.ask(request);
      await client.ask('DELETE /interfaces/if-host');
      expect(itemsOf(await client.ask('GET /datapaths/dp-a/segments'))).toEqual([]);
    },
  },
  {
    openvnet: 'Deleting the IP lease that peers of a datapath send to deletes its rows of networks and route links.',
    vnet: 'They go on with the next lease of the host interface.',
    why: 'Renumbering a host cut off its tenants.',
    check: async (client) => {
      const given = [...HOST, NETWORK, 'POST /datapaths/dp-a/networks/nw-a?interface_uuid=if-host'];
      for (const request of given) await client.ask(request);
      const [lease] = itemsOf(await client.ask('GET /ip_leases'));
      await client.ask('POST /ip_leases?network_uuid=nw-phy&ipv4_address=172.16.0.99&interface_uuid=if-host');
      await client.ask(`DELETE /ip_leases/${String(lease?.['uuid'])}`);
      expect(itemsOf(await client.ask('GET /datapaths/dp-a/networks'))).toMatchObject([{ uuid: 'nw-a' }]);
    },
  },
  {
    openvnet:
      'A lease policy goes on from the address that was given last in any network; `random` raises; with `timing` dhcp, adding an interface raises.',
    vnet: 'From the last in this network; `random` works; with dhcp the interface is added, and gets its address when it asks for it.',
    why: 'It is what they are for.',
    check: async (client) => {
      for (const request of [...ALLOCATING, INTERFACE, MAC_LEASE, 'PUT /lease_policies/lp-a?timing=dhcp'])
        await client.ask(request);
      expect(await client.ask('POST /lease_policies/lp-a/interfaces/if-a')).toEqual({ uuid: 'lp-a' });
      expect(await client.ask('GET /ip_leases')).toMatchObject({ total_count: 0 });
    },
  },
  {
    openvnet: 'Retention is looked at every 60 seconds, and forgets its times when vnmgr starts again.',
    vnet: 'It is exact to a second, and a time that is not given is never.',
    why: 'allocation.e2e.ts shows it.',
    check: answers([], 'POST /ip_retention_containers', { lease_time: null, grace_time: null }),
  },
  {
    openvnet: 'A topology makes rows for all its datapaths at once; which members fit its mode is not checked.',
    vnet: 'A row is made when a member is first used on a datapath, and follows later changes; members that do not fit are 400.',
    why: 'A thousand hosts with a thousand networks would be a million rows, few of them needed.',
    check: async (client) => {
      const given = [
        ...HOST,
        NETWORK,
        'POST /topologies?uuid=topo-u&mode=simple_underlay',
        'POST /mac_range_groups?uuid=mrg-a',
        'POST /mac_range_groups/mrg-a/mac_ranges?begin_mac_address=02:aa:00:00:00:01&end_mac_address=02:aa:00:00:00:09',
        'POST /topologies/topo-u/mac_range_groups/mrg-a',
        'POST /topologies/topo-u/datapaths/dp-a?interface_uuid=if-host',
        'POST /topologies/topo-u/networks/nw-a',
      ];
      for (const request of given) await client.ask(request);
      expect(await client.ask('GET /datapaths/dp-a/networks')).toMatchObject({ total_count: 0 });
    },
  },
  {
    openvnet: '`ingress_filtering_enabled` is false unless given.',
    vnet: 'It is null: filtering begins as soon as a security group is attached.',
    why: 'A group that does nothing is not what anybody attaches it for.',
    check: answers([], 'POST /interfaces?mode=vif', { ingress_filtering_enabled: null }),
  },
  {
    openvnet:
      'A security group cannot name itself in its rules when it is made, only later; protocols are icmp, tcp and udp.',
    vnet: 'It can; and there are more protocols, ranges of ports, and rules for packets that leave.',
    why: 'Old rules mean what they meant.',
    check: answers([], 'POST /security_groups?uuid=sg-a&display_name=a&rules=tcp:22:sg-a', { rules: 'tcp:22:sg-a' }),
  },
  {
    openvnet:
      'Renaming an interface answers `[""]` when nothing has the uuid, and 500 when the new one is taken or of another prefix.',
    vnet: '404 100, 400 102 and 400 101.',
    why: 'As for all other uuids.',
    check: refuses([INTERFACE, 'POST /interfaces?uuid=if-b&mode=vif'], 'DuplicateUUID', {
      'PUT /interfaces/if-a/rename?new_uuid=if-b': 'if-b',
    }),
  },
];

/** By what they are about. */
export const DIFFERENCES: Readonly<Record<string, readonly Difference[]>> = {
  'Requests and errors': REQUESTS,
  Values: VALUES,
  Behaviour: BEHAVIOUR,
};
