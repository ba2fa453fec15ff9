/** Legs of hosts: interfaces of mode `internal` with a port name, which the agent of their host makes. */
import { DEVICE_NAME, NETNS_NAME, type Row, VnetError } from '@vnet/model';
import type { Reaction } from './rule.ts';
import { changesOf } from './rule.ts';

/** What cannot be made is refused when it is said, not when an agent finds out. */
export const legsCanBeMade: Reaction = {
  on: ['interface', 'interface_port'],
  run: async (edit, changes) => {
    for (const { before, after } of changesOf('interface', changes)) {
      if (after !== null && (before?.netns ?? null) !== after.netns) checkNamespace(after);
    }
    for (const { after: port } of changesOf('interface_port', changes)) {
      if (port?.interface_mode !== 'internal') continue;
      const face = await edit.tx.get('interface', port.interface_id);
      if (face) checkPort(face, port);
    }
  },
};

/** @throws {VnetError} */
function checkNamespace({ uuid, mode, netns }: Row<'interface'>): void {
  if (netns === null || netns === '') return;
  if (mode !== 'internal') {
    throw refused('netns', netns, `${uuid} is of mode ${mode}, only internal interfaces have one; leave it out`);
  }
  if (!NETNS_NAME.test(netns)) {
    throw refused(
      'netns',
      netns,
      'not the name of a network namespace; give one as `ip netns` shows it, letters, digits, ., _, -',
    );
  }
}

/** @throws {VnetError} */
function checkPort(
  { uuid }: Row<'interface'>,
  { port_name: name, datapath_id: datapath }: Row<'interface_port'>,
): void {
  if (name === null) return;
  if (!DEVICE_NAME.test(name)) {
    throw refused('port_name', name, 'not the name of a device; give at most 15 letters, digits, ., _, -');
  }
  if (datapath === null) {
    const remedy = 'give owner_datapath_uuid (of a port: datapath_uuid)';
    throw refused(
      'owner_datapath_uuid',
      '(none)',
      `${uuid} is a leg of a host, port ${name}: it has to be said of which; ${remedy}`,
    );
  }
}

function refused(field: string, value: string, why: string): VnetError {
  return new VnetError('ArgumentError', `${field}: ${value}: ${why}`);
}
