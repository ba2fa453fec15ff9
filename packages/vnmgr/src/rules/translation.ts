/** What belongs to a translation fits its mode. */
import { type Row, VnetError } from '@vnet/model';
import type { Completion, Draft, Edit, Reaction, Revision } from './rule.ts';
import { changesOf } from './rule.ts';

type Mode = Row<'translation'>['mode'];

async function checkMode(edit: Edit, id: number | undefined, mode: Mode): Promise<void> {
  const translation = await edit.tx.get('translation', id ?? null);
  if (translation === undefined || translation.mode === mode) return;
  const is = `${translation.uuid} is of mode ${translation.mode}`;
  throw new VnetError('ArgumentError', `Translation mode must be '${mode}': ${is}.`);
}

export const completeStaticAddress: Completion<'translation_static_address'> = async (edit, draft) => {
  await checkMode(edit, draft.translation_id, 'static_address');
  const { ingress_port_number: ingress, egress_port_number: egress } = draft;
  if ((ingress == null) === (egress == null)) return draft;
  const missing = ingress == null ? 'ingress_port_number' : 'egress_port_number';
  throw new VnetError('ArgumentError', `${missing}: give both ports, or neither to translate the address alone`);
};

function checkEnds(network: number | null | undefined, segment: number | null | undefined): void {
  if (network != null && segment != null) {
    throw new VnetError('ArgumentError', 'segment_uuid: a VLAN is in a network or in a segment; leave one of them out');
  }
  // The message is the name of the parameter alone, as old clients expect.
  if (network == null && segment == null) throw new VnetError('MissingArgument', 'network_uuid');
}

/** Machines of the underlay and their hosts are in no virtual network. */
async function checkNetwork(edit: Edit, id: number | null | undefined): Promise<void> {
  const network = await edit.tx.get('network', id ?? null);
  if (network?.mode !== 'physical') return;
  throw new VnetError(
    'ArgumentError',
    `network_uuid: ${network.uuid} is physical; a VLAN joins a network of mode virtual`,
  );
}

/** A tag means one thing on one port, by whichever translation. */
async function checkVlan(edit: Edit, row: Draft<'vlan_translation'> & { readonly id?: number }): Promise<void> {
  const { id, uuid, translation_id, vlan_id } = row;
  const own = await edit.tx.get('translation', translation_id ?? null);
  if (own === undefined || vlan_id == null) return;
  const { interface_id } = own;
  const translations = await edit.tx.all('translation', { interface_id, mode: 'vnet_edge' });
  const ids = translations.map((translation) => translation.id);
  const mapped = await edit.tx.allIn('vlan_translation', 'translation_id', ids);
  const other = mapped.find((each) => each.vlan_id === vlan_id && each.id !== id);
  // A uuid that is taken is refused as such.
  if (other === undefined || other.uuid === uuid) return;
  const face = await edit.tx.get('interface', interface_id);
  throw new VnetError('ArgumentError', `vlan_id: ${vlan_id} is mapped on ${face?.uuid} already, by ${other.uuid}`);
}

export const completeVlanTranslation: Completion<'vlan_translation'> = async (edit, draft) => {
  await checkMode(edit, draft.translation_id, 'vnet_edge');
  checkEnds(draft.network_id, draft.segment_id);
  await checkNetwork(edit, draft.network_id);
  await checkVlan(edit, draft);
  return draft;
};

/** Giving one of network and segment takes the other away. */
export const reviseVlanTranslation: Revision<'vlan_translation'> = async (edit, row, patch) => {
  if (patch.translation_id !== undefined) await checkMode(edit, patch.translation_id, 'vnet_edge');
  const replaced = {
    ...(patch.network_id != null && patch.segment_id === undefined ? { segment_id: null } : {}),
    ...(patch.segment_id != null && patch.network_id === undefined ? { network_id: null } : {}),
    ...patch,
  };
  const { network_id, segment_id } = { ...row, ...replaced };
  checkEnds(network_id, segment_id);
  await checkNetwork(edit, replaced.network_id);
  await checkVlan(edit, { ...row, ...replaced });
  return replaced;
};

/** The mode of a translation that has entries stays. */
export const translationModes: Reaction = {
  on: ['translation'],
  run: async (edit, changes) => {
    for (const { before, after } of changesOf('translation', changes)) {
      if (before === null || after === null || before.mode === after.mode) continue;
      const where = { translation_id: after.id };
      const entry =
        (await edit.tx.first('vlan_translation', where)) ?? (await edit.tx.first('translation_static_address', where));
      if (entry === undefined) continue;
      throw new VnetError('ArgumentError', `mode: ${after.uuid} has entries of mode ${before.mode}; delete them first`);
    }
  },
};
