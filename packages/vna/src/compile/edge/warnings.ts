import type { Tables } from '../../state/tables.ts';
import { ownDatapath } from '../bindings.ts';
import type { Emit, View } from '../emit.ts';

/** What the model says about VLANs at an interface on a port of this host, and has no effect. */
export function warnOfVlans(view: View, emit: Emit, face: Tables['interface'], portName: string): void {
  for (const { id, uuid, mode } of view.find('translation', 'interface_id', face.id)) {
    const entries = view.find('vlan_translation', 'translation_id', id);
    if (mode !== 'vnet_edge' || entries.length === 0) continue;
    if (face.mode !== 'edge') warnOfNoEdge(emit, face, uuid);
    else for (const entry of entries) if (entry.vlan_id === null) warnOfNoVlan(emit, entry.uuid);
  }
  if (face.mode === 'edge') warnOfPromiscuous(view, emit, face, portName);
}

function warnOfNoEdge(emit: Emit, { uuid, mode }: Tables['interface'], translation: string): void {
  emit.output('warning', `translation ${translation}`, {
    message: 'VLANs are translated at edge interfaces only: this translation does nothing',
    details: {
      ...{ translation, interface: uuid, mode },
      remedy: `vnctl translations modify ${translation} --interface-uuid with an interface of mode edge`,
    },
  });
}

function warnOfNoVlan(emit: Emit, entry: string): void {
  emit.output('warning', `vlan translation ${entry}`, {
    message: 'a VLAN translation without a VLAN does nothing',
    details: { vlan_translation: entry, remedy: `vnctl vlan-translations modify ${entry} --vlan-id with 1 to 4094` },
  });
}

/** Everyone behind the port has a VLAN: nobody is left for another interface that takes all comers. */
function warnOfPromiscuous(view: View, emit: Emit, { uuid }: Tables['interface'], portName: string): void {
  const own = ownDatapath(view)?.id;
  const others = view
    .find('interface_port', 'port_name', portName)
    .filter((row) => row.interface_mode === 'promiscuous' && (row.datapath_id === own || row.datapath_id === null));
  for (const { interface_id } of others) {
    const face = view.get('interface', interface_id)?.uuid;
    emit.output('warning', `interface ${face}`, {
      message: 'a promiscuous interface is on the port of an edge interface, which has it: it does nothing',
      details: {
        ...{ port: portName, interface: face, kept_by: uuid },
        remedy: `map the VLAN to the segment (vnctl vlan-translations add --segment-uuid …), or give ${face} another port`,
      },
    });
  }
}
