import { datapathMac } from './mac_allocation.ts';
import type { Completion, RequestRule } from './rule.ts';
import { joinTopology } from './topology.ts';

export const completeRouteLink: Completion<'route_link'> = async (edit, draft) => ({
  ...draft,
  mac_address: draft.mac_address ?? (await datapathMac(edit)),
});

export const routeLinkRequests: RequestRule<'route_link'> = joinTopology('topology_route_link', 'route_link_id');
