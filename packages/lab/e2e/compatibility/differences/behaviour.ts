/** What the model does. */
import { expect } from 'vitest';
import { itemsOf } from '../client.ts';
import { ALLOCATING } from '../cases/policies.ts';
import { HOST, INTERFACE, MAC_LEASE, NETWORK, SEGMENT } from '../given.ts';
import { type Difference, answers, refuses } from './difference.ts';

const FILTER = [INTERFACE, 'POST /filters?uuid=fil-a&mode=static&interface_uuid=if-a'];
const TRANSLATION = [INTERFACE, 'POST /translations?uuid=tr-a&mode=static_address&interface_uuid=if-a'];
const PAIR = 'ingress_ipv4_address=10.1.0.5&egress_ipv4_address=10.2.0.5';

export const behaviour: readonly Difference[] = [
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
    vnet: 'From the last in this network; `random` works; with dhcp the interface is added, without an address yet.',
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
    why: 'A lease of seconds lasts seconds, whatever is started again.',
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
