import type { Units } from './emit.ts';
import { edgeGuard, edgeReserved, edgeReservedInSegment, edgeStation } from './edge/guard.ts';
import { edgeHost, edgeSeen } from './edge/host.ts';
import { edgeMachine } from './edge/machine.ts';
import { edgeTwice } from './edge/twice.ts';
import { edgePort, edgeVlan } from './edge/edge.ts';
import { edgesOf } from './edge/unknown.ts';
import { endpoint } from './endpoint.ts';
import { FILTERING_UNITS } from './filtering/index.ts';
import { member, segmentMember } from './flood.ts';
import { host, hostPort, record } from './host.ts';
import { network } from './network.ts';
import { peer } from './peer.ts';
import { port } from './port.ts';
import { PLAIN_UNITS } from './plain/units.ts';
import { learnedWay } from './promiscuous.ts';
import { root } from './root.ts';
import { segment, station } from './segment.ts';

/** Every kind of unit, by the name that others need it by. A new feature is a file and a line here. */
export const UNITS: Units = {
  root,
  host,
  record,
  hostPort,
  port,
  network,
  endpoint,
  member,
  segment,
  station,
  segmentMember,
  learnedWay,
  peer,
  edgePort,
  edgeVlan,
  edgeMachine,
  edgesOf,
  edgeHost,
  edgeSeen,
  edgeTwice,
  edgeGuard,
  edgeStation,
  edgeReserved,
  edgeReservedInSegment,
  ...FILTERING_UNITS,
  ...PLAIN_UNITS,
};

/** Where the compilation starts. */
export const ROOTS = ['root'];
