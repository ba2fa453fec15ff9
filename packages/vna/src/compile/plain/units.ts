import type { Units } from '../emit.ts';
import { plainDomain } from './domain.ts';
import { plainEdges, plainVlan, plainEdgePort } from './edge.ts';
import { plainGuard, plainReserved, plainReservedInSegment, plainStationGuard } from './edge-guard.ts';
import { plainDeclared, plainFar, plainSeen, plainTwice } from './edge-machines.ts';
import { plainHost } from './host.ts';
import { plainMember, plainPeer, plainSegmentMember } from './peers.ts';
import { plainPort } from './port.ts';
import { plainEndpoint, plainStation } from './way.ts';

/** The units of a switch with plain OpenFlow 1.3, from `plainHost` on. */
export const PLAIN_UNITS: Units = {
  plainHost,
  plainPort,
  plainDomain,
  plainEndpoint,
  plainStation,
  plainMember,
  plainSegmentMember,
  plainPeer,
  plainEdgePort,
  plainVlan,
  plainEdges,
  plainDeclared,
  plainSeen,
  plainTwice,
  plainFar,
  plainGuard,
  plainStationGuard,
  plainReserved,
  plainReservedInSegment,
};
