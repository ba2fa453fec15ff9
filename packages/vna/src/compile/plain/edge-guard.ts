import { inMetadata } from '../../pipeline/plain-metadata.ts';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { leasedAddress, leasedStation, reservedMac, reservedMacInSegment, type Taken } from '../edge/guard.ts';
import type { Emit, View } from '../emit.ts';

/** An address of a network that has an edge here. */
export function plainGuard(view: View, emit: Emit, ipLeaseId: number): void {
  guard(emit, leasedAddress(view, emit, ipLeaseId));
}

/** A MAC of a segment that has an edge here. */
export function plainStationGuard(view: View, emit: Emit, macLeaseId: number): void {
  guard(emit, leasedStation(view, emit, macLeaseId));
}

/** The MAC of a datapath for a network that has an edge here. */
export function plainReserved(view: View, emit: Emit, datapathNetworkId: number): void {
  guard(emit, reservedMac(view, datapathNetworkId));
}

/** The MAC of a datapath for a segment that has an edge here. */
export function plainReservedInSegment(view: View, emit: Emit, datapathSegmentId: number): void {
  guard(emit, reservedMacInSegment(view, datapathSegmentId));
}

/** In table SENDER only what comes from VLANs and promiscuous ports is known to be in a domain by now. */
function guard(emit: Emit, taken: Taken | undefined): void {
  for (const match of taken?.matches ?? []) {
    emit.flow({
      table: 'SENDER',
      priority: PRIORITY.base + 1,
      feature: 'segment',
      match: { ...inMetadata({ network: taken!.key, remote: false }), ...match },
    });
  }
}
