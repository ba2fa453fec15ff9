import { PORT } from '@vnet/openflow';
import { gratuitousArp } from '@vnet/packet';
import { ownDatapath, uplinkPort } from '../compile/bindings.ts';
import { linkOf, networkDomain } from '../compile/domain.ts';
import { pushTag, type EdgeVlan } from '../compile/edge/bindings.ts';
import type { View } from '../compile/emit.ts';
import { pipelineOf } from '../compile/root.ts';
import { NETWORK_FIELD, REGISTERS, load } from '../pipeline/registers.ts';
import { TABLES, type Pipeline } from '../pipeline/tables.ts';
import type { Owner } from './address-owners.ts';
import type { PacketOut } from './packet-out.ts';

/** How packets that the agent sends, or sends on, come into the pipeline of the switch. */
export interface PacketEntry {
  /** The table that has a flow for each legacy machine that sends. */
  readonly senders: number;
  /** The first frame of a legacy machine, once it is known; `asks`: it is ARP that asks for somebody. */
  fromNewcomer(edge: EdgeVlan, frame: Buffer, asks: boolean): PacketOut;
  /** A frame of one that was known; undefined when the switch has sent it on by itself. */
  fromKnown(edge: EdgeVlan, frame: Buffer, asks: boolean): PacketOut | undefined;
  /** A frame in the name of somebody on a port, to all of a segment; undefined when the switch has sent on what it sent. */
  fromPort(
    port: { readonly network: number; readonly source: number; readonly inPort: number },
    frame: Buffer,
  ): PacketOut | undefined;
  /** Tells the local members of a network that an address has moved to another MAC: every host tells its own. */
  correction(view: View, owner: Owner): PacketOut | undefined;
}

/** What a machine says of itself is for everyone; what it asks, table ARP knows or has others asked. */
const intoTables = (edge: EdgeVlan, frame: Buffer, asks: boolean): PacketOut => ({
  frame,
  inPort: edge.trunk.active.ofport,
  actions: [
    load(REGISTERS.SOURCE, edge.end),
    { type: 'load', field: NETWORK_FIELD, offset: 0, bits: 32, value: edge.domain.key },
    { type: 'resubmit', table: asks && edge.domain.kind === 'network' ? TABLES.ARP.id : TABLES.L2.id },
  ],
});

/** With registers, packets are put into the table where they would go on. */
const ovs: PacketEntry = {
  senders: TABLES.EDGE_SOURCE.id,
  fromNewcomer: intoTables,
  fromKnown: intoTables,
  fromPort: ({ network, source, inPort }, frame) => ({
    frame,
    inPort,
    actions: [
      load(REGISTERS.SOURCE, source),
      { type: 'load', field: NETWORK_FIELD, offset: 0, bits: 32, value: network },
      { type: 'resubmit', table: TABLES.L2.id },
    ],
  }),
  /** As if it came from a peer. */
  correction: (_view, { network, address, mac }) => ({
    frame: gratuitousArp(mac, address),
    actions: [
      load(REGISTERS.REMOTE, 1),
      { type: 'load', field: NETWORK_FIELD, offset: 0, bits: 32, value: network },
      { type: 'resubmit', table: TABLES.FLOOD_LOCAL.id },
    ],
  }),
};

/** Plain OpenFlow has only the beginning of the pipeline: packets come as they would have come by themselves. */
const plain: PacketEntry = {
  senders: TABLES.SENDER.id,
  fromNewcomer: ({ vlan, trunk }, frame) => ({
    frame,
    inPort: trunk.active.ofport,
    actions: [...pushTag(vlan), { type: 'output', port: PORT.TABLE }],
  }),
  fromKnown: () => undefined,
  fromPort: () => undefined,
  correction: (view, { network, address, mac }) => {
    const frame = gratuitousArp(mac, address);
    const here = portOfMac(view, network, mac);
    if (here !== undefined) return { frame, inPort: here, actions: [{ type: 'output', port: PORT.TABLE }] };
    const own = ownDatapath(view);
    const floodMac = own && linkOf(view, networkDomain(network), own.id)?.mac_address;
    const uplink = uplinkPort(view);
    if (floodMac === undefined || uplink === undefined) return undefined;
    return {
      frame,
      inPort: uplink,
      actions: [
        { type: 'set_field', field: 'eth_dst', value: floodMac },
        { type: 'output', port: PORT.TABLE },
      ],
    };
  },
};

/** The port of a machine of this host. */
function portOfMac(view: View, network: number, mac: number): number | undefined {
  return view
    .find('mac_lease', 'mac_address', mac)
    .filter(({ id }) => view.find('ip_lease', 'mac_lease_id', id).some(({ network_id }) => network_id === network))
    .flatMap(({ interface_id }) => view.get('bound', interface_id) ?? [])
    .find(({ vlan }) => vlan === null)?.ofport;
}

const ENTRIES: Readonly<Record<Pipeline, PacketEntry>> = { ovs, plain };

/** The entry into the pipeline that the switch has. */
export function entryInto(view: View): PacketEntry {
  return ENTRIES[pipelineOf(view) ?? 'ovs'];
}
