import { PRIORITY } from '../pipeline/priorities.ts';
import { REGISTERS, on } from '../pipeline/registers.ts';
import { roleOf, type EdgeVlan } from './edge-bindings.ts';
import type { Emit, View } from './emit.ts';
import { isLive } from './links.ts';

/** The flows that let a VLAN in and out. */
export function gates(end: number) {
  return [
    { table: 'EDGE_GATE', priority: PRIORITY.base, match: on([REGISTERS.SOURCE, end]), goto: 'EDGE_SOURCE' },
    { table: 'EDGE_OPEN', priority: PRIORITY.base, match: on([REGISTERS.DESTINATION, end]), goto: 'EDGE_EGRESS' },
  ] as const;
}

/**
 * The way in and the way out stand for good where no other edge could carry the VLAN. Otherwise they come with the role and go
 * by themselves: services/edge-roles.ts.
 */
export function edgeGate(view: View, emit: Emit, { id, end, contested, trunk }: EdgeVlan): void {
  // An edge whose trunk is dead leaves the VLAN to one whose trunk is not.
  if (isLive(trunk) || !contested) emit.output('edgeRole', id, { alone: !contested });
  if (!contested) {
    for (const flow of gates(end)) emit.flow({ ...flow, feature: 'edge' });
    return;
  }
  const row = view.get('vlan_translation', id);
  const role = row && roleOf(view, row);
  if (!role?.alone || role.vlan_translation_id === id) return;
  emit.output('warning', `edge ${id}`, {
    message: 'another edge carries this VLAN, and does not know yet that there are two',
    details: {
      vlan_translation: row?.uuid,
      vlan: row?.vlan_id,
      datapath: view.get('datapath', role.datapath_id)?.uuid,
      remedy: 'connect its agent to the manager; if it is gone for good, delete its vlan_translation',
    },
  });
}
