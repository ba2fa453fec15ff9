import { op, type Operation } from '@vnet/ovsdb';
import type { SwitchPort } from '../state/tables.ts';
import type { PortRow } from './bridge-tables.ts';

/** In `other_config` of a bond: without an LACP partner it behaves as active-backup; `false` means that nothing is sent. */
const FALLBACK = 'lacp-fallback-ab';

/** What a port of the agent's state says about the bond that it is a member of. */
export type BondOf = Pick<SwitchPort, 'bond' | 'bond_claim' | 'bond_mode' | 'lacp'>;

/** @param link name of the member: a bond that is down to one is still known by its own name */
export function bondOf(port: PortRow | undefined, link: string): BondOf {
  if (!port || (port.interfaces.length < 2 && port.name === link)) {
    return { bond: null, bond_claim: null, bond_mode: null, lacp: null };
  }
  return {
    bond: port.name,
    bond_claim: port._uuid.uuid,
    // Without a mode OVS uses active-backup.
    bond_mode: port.bond_mode?.startsWith('balance') ? 'balance' : 'backup',
    lacp: !speaksLacp(port) ? null : port.other_config.get(FALLBACK) === 'true' ? 'fallback' : 'strict',
  };
}

/** A host whose switch does not speak LACP (yet) would be cut off: bonds fall back unless they were told not to. */
export function bondOperations(ports: readonly PortRow[]): Operation[] {
  return ports
    .filter((port) => port.interfaces.length > 1 && speaksLacp(port) && !port.other_config.has(FALLBACK))
    .map((port) =>
      op.mutate('Port', [['_uuid', '==', port._uuid]], [['other_config', 'insert', new Map([[FALLBACK, 'true']])]]),
    );
}

function speaksLacp({ lacp }: PortRow): boolean {
  return lacp === 'active' || lacp === 'passive';
}
