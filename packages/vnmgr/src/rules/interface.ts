import { type Row, VnetError } from '@vnet/model';
import { macFromGroup } from './mac_allocation.ts';
import type { Completion, Edit, Extra, RequestRule } from './rule.ts';

function numberOrNull(value: Extra[string]): number | null {
  return typeof value === 'number' ? value : null;
}

/** A port that is named or bound to a datapath is in one place at a time. */
function singular(port: { datapath_id: number | null; port_name: string | null }): true | null {
  return port.datapath_id !== null || port.port_name !== null ? true : null;
}

async function insertPort(edit: Edit, row: Row<'interface'>, extra: Extra): Promise<void> {
  const port = {
    datapath_id: numberOrNull(extra['owner_datapath_id']),
    port_name: typeof extra['port_name'] === 'string' ? extra['port_name'] : null,
  };
  await edit.insert('interface_port', { interface_id: row.id, ...port, singular: singular(port) });
}

async function insertMacLease(edit: Edit, row: Row<'interface'>, extra: Extra): Promise<void> {
  const group = await edit.tx.get('mac_range_group', numberOrNull(extra['mac_range_group_id']));
  const given = numberOrNull(extra['mac_address']);
  const mac = given ?? (group === undefined ? null : await macFromGroup(edit, group));
  if (mac !== null) await edit.insert('mac_lease', { interface_id: row.id, mac_address: mac });
}

async function insertIpLease(edit: Edit, row: Row<'interface'>, extra: Extra): Promise<void> {
  const network = numberOrNull(extra['network_id']);
  const address = numberOrNull(extra['ipv4_address']);
  if (network === null || address === null) return;
  const macLease = await edit.tx.first('mac_lease', { interface_id: row.id });
  if (macLease === undefined) {
    throw new VnetError(
      'ArgumentError',
      'ipv4_address: needs a MAC address to be bound to; give mac_address or mac_range_group_uuid too',
    );
  }
  await edit.insert('ip_lease', { interface_id: row.id, network_id: network, ipv4_address: address });
}

/** Binds the interface's only port to another datapath, or to none. */
async function moveToDatapath(edit: Edit, row: Row<'interface'>, datapathId: number | null): Promise<void> {
  const [port, ...others] = await edit.tx.all('interface_port', { interface_id: row.id });
  if (others.length > 0) {
    throw new VnetError(
      'ArgumentError',
      `owner_datapath_uuid: ${row.uuid} has ${others.length + 1} ports; change them by /interfaces/${row.uuid}/ports`,
    );
  }
  if (port === undefined) {
    await insertPort(edit, row, { owner_datapath_id: datapathId });
    return;
  }
  const moved = { ...port, datapath_id: datapathId };
  await edit.update('interface_port', port, { datapath_id: datapathId, singular: singular(moved) });
}

/** An interface made by a request comes with its port and, where addresses are given, its first leases. */
export const interfaceRequests: RequestRule<'interface'> = {
  created: async (edit, row, extra) => {
    await insertPort(edit, row, extra);
    await insertMacLease(edit, row, extra);
    await insertIpLease(edit, row, extra);
  },
  updated: async (edit, row, extra) => {
    const datapath = extra['owner_datapath_id'];
    if (datapath !== undefined) await moveToDatapath(edit, row, numberOrNull(datapath));
  },
};

export const completeInterfacePort: Completion<'interface_port'> = async (edit, draft) => {
  if (draft.singular === false) {
    throw new VnetError('ArgumentError', 'singular: false is not possible; give true or leave it out');
  }
  const owner = await edit.tx.get('interface', draft.interface_id ?? null);
  return owner === undefined ? draft : { ...draft, interface_mode: owner.mode };
};
