import { MACHINE_ZONES, zoneAfter, zoneIn } from '../../pipeline/conntrack-zones.ts';
import type { Emit, View } from '../emit.ts';

/**
 * The conntrack zone of a declared legacy machine: the first one, from where its id leads to, that no other claims. Of several
 * claims to a zone one counts, always the same; the others go on looking.
 */
export function machineZone(view: View, emit: Emit, interfaceId: number): number {
  for (let zone = zoneIn(MACHINE_ZONES, interfaceId); ; zone = zoneAfter(MACHINE_ZONES, zone)) {
    emit.output('machineZone', zone, { id: zone, interface_id: interfaceId });
    const owner = view.get('machine_zone', zone)?.interface_id ?? interfaceId;
    if (owner === interfaceId) return zone;
  }
}
