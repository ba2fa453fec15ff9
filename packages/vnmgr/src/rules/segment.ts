import type { RequestRule } from './rule.ts';
import { joinTopology } from './topology.ts';

export const segmentRequests: RequestRule<'segment'> = joinTopology('topology_segment', 'segment_id');
