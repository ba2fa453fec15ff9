import { timedFlow, type Flow } from '../../pipeline/flow.ts';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { REGISTERS, on } from '../../pipeline/registers.ts';
import { domainOf, edgeVlanOf, holdsAlone, otherMappings, roleOf, type EdgeVlan } from './bindings.ts';
import type { Emit, View } from '../emit.ts';
import { isLive } from '../links.ts';
import type { Tables } from '../../state/tables.ts';

/** The gates of a contested VLAN stand so long; the switch may take a second more to remove them. */
const GATE_SECONDS = 2;

/** The flows that let a VLAN in and out. */
export function edgeGate(view: View, emit: Emit, edge: EdgeVlan): void {
  askForRole(view, emit, edge);
  const { end } = edge;
  const gate = { priority: PRIORITY.base, feature: 'edge' } as const;
  gateFlow(emit, edge, { ...gate, table: 'EDGE_GATE', match: on([REGISTERS.SOURCE, end]), goto: 'EDGE_SOURCE' });
  gateFlow(emit, edge, { ...gate, table: 'EDGE_OPEN', match: on([REGISTERS.DESTINATION, end]), goto: 'EDGE_EGRESS' });
}

/**
 * A flow of a VLAN stands for good where no other edge could carry the VLAN. Otherwise it comes with the role and goes by
 * itself: services/edge-roles.ts.
 */
export function gateFlow(emit: Emit, { id, contested }: EdgeVlan, flow: Flow): void {
  if (contested) lendFlow(emit, [id], flow);
  else emit.flow(flow);
}

/** A flow that stands while this host has the roles of these VLAN translations. */
export function lendFlow(emit: Emit, roles: readonly number[], flow: Flow): void {
  const timed = timedFlow(flow, GATE_SECONDS);
  emit.output('gate', timed.key, { roles, flow: timed });
}

/** The role of a VLAN is asked for; who has it without knowing of a rival is said. */
export function askForRole(view: View, emit: Emit, { id, alone, contested, trunk }: EdgeVlan): void {
  const row = view.get('vlan_translation', id)!;
  // An edge whose trunk is dead leaves the VLAN to one whose trunk is not.
  const unfit = contested && !isLive(trunk) ? 'its trunk is dead' : null;
  emit.output('edgeRole', id, { ...aboutRole(view, row, trunk.name), alone, contested, unfit });
  for (const { translation_id } of otherMappings(view, row))
    emit.output('scope', `translation/${translation_id}`, true);
  if (!contested) return;
  const role = roleOf(view, row);
  if (!role?.alone || role.vlan_translation_id === id) return;
  emit.output('warning', `edge ${row.uuid}`, {
    message: 'another edge carries this VLAN, and does not know yet that there are two',
    details: {
      vlan_translation: row.uuid,
      vlan: row.vlan_id,
      datapath: view.get('datapath', role.datapath_id)?.uuid,
      remedy: 'connect its agent to the manager; if it is gone for good, delete its vlan_translation',
    },
  });
}

/** The VLANs of an edge whose port is not on this bridge are for others to carry. */
export function leaveRoles(view: View, emit: Emit, { interface_id, port_name }: Tables['interface_port']): void {
  for (const translation of view.find('translation', 'interface_id', interface_id)) {
    for (const row of view.find('vlan_translation', 'translation_id', translation.id)) {
      if (edgeVlanOf(view, row.id)) continue;
      const about = aboutRole(view, row, port_name);
      emit.output('edgeRole', row.id, { ...about, alone: false, contested: true, unfit: 'its port is not in use' });
    }
  }
}

function aboutRole(view: View, row: Tables['vlan_translation'], port: string | null) {
  const domain = domainOf(row);
  const into = domain ? { [domain.kind]: view.get(domain.kind, domain.id)?.uuid } : {};
  // Who is alone with a VLAN leaves it to nobody.
  const pledged = holdsAlone(row, roleOf(view, row)) && otherMappings(view, row).length > 0;
  return { about: { vlan: row.vlan_id, ...into, port }, pledged };
}
