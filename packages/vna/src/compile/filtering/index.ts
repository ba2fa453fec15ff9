import type { Units } from '../emit.ts';
import { connections } from './connections.ts';
import { filterRule } from './filter-rule.ts';
import { group } from './group.ts';
import { filtering } from './interface.ts';
import { memberUnit, peersUnit } from './peers.ts';

/** Filters and security groups; `filtering` of a local interface needs the others. */
export const FILTERING_UNITS: Units = {
  filtering,
  connections,
  filterRule,
  group,
  ingressPeers: peersUnit('ingress'),
  egressPeers: peersUnit('egress'),
  ingressMember: memberUnit('ingress'),
  egressMember: memberUnit('egress'),
};
