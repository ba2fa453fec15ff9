/** `vnctl tree`: the networks and segments, below each what is in it, and where that lives. */
import type { Row } from './answers.ts';
import { alignedLines } from './table.ts';

interface Group {
  readonly uuid: string;
  readonly display_name?: string | null;
  readonly mode: string;
  readonly ipv4_network?: string;
  readonly ipv4_prefix?: number;
  readonly mtu?: number | null;
  readonly interfaces: readonly Leaf[];
  /** Not from managers of before. */
  readonly vlans?: readonly Vlan[];
  readonly legacy_machines?: readonly LegacyMachine[];
}

/** A VLAN behind an edge. */
interface Vlan {
  readonly uuid: string;
  readonly vlan_id: number;
  readonly datapath_uuid: string | null;
  readonly port_name: string | null;
  readonly active: boolean;
}

/** Discovered behind an edge. */
interface LegacyMachine {
  readonly mac_address: string;
  readonly ipv4_address: string | null;
  readonly vlan_id: number;
  readonly datapath_uuid: string | null;
  readonly port_name: string;
  readonly refused: string | null;
}

interface Leaf {
  readonly uuid: string;
  readonly display_name?: string | null;
  readonly mode: string;
  readonly mac_address: string | null;
  readonly ipv4_addresses: readonly string[];
  readonly datapath_uuid: string | null;
  readonly port_name: string | null;
  readonly active: boolean;
}

interface Tree {
  readonly networks: readonly Group[];
  readonly segments: readonly Group[];
  readonly unattached: readonly Leaf[];
}

export function treeText(body: Row): string {
  const { networks, segments, unattached } = body as unknown as Tree;
  const groups: (readonly [string, readonly (readonly string[])[]])[] = [
    ...[...networks, ...segments].map((group) => [title(group), members(group)] as const),
    ...(unattached.length === 0 ? [] : [['in no network and no segment', unattached.map(cells)] as const]),
  ];
  if (groups.length === 0) return '(none)';
  // All together, so that the columns of all groups are below each other.
  const leaves = alignedLines(groups.flatMap(([, all]) => all));
  let at = 0;
  return groups
    .map(([heading, all]) => {
      const lines = all.map((_leaf, index) => {
        const branch = index === all.length - 1 ? '└─' : '├─';
        return `${branch} ${leaves[at++]}`;
      });
      return [heading, ...lines].join('\n');
    })
    .join('\n\n');
}

function members({ interfaces, vlans = [], legacy_machines: machines = [] }: Group): string[][] {
  return [...interfaces.map(cells), ...vlans.map(vlanCells), ...machines.map(machineCells)];
}

function vlanCells(vlan: Vlan): string[] {
  const at = `${position(vlan)} (${vlan.active ? 'carries it' : 'does not carry it'})`;
  return [vlan.uuid, '', 'edge', `VLAN ${vlan.vlan_id}`, '', at];
}

function machineCells(machine: LegacyMachine): string[] {
  const { mac_address: mac, ipv4_address: address, vlan_id: vlan, refused } = machine;
  const at = `${position(machine)} VLAN ${vlan}${refused === null ? '' : ` (refused: ${refused})`}`;
  return ['(discovered)', '', 'legacy', address ?? '', mac, at];
}

/** `nw-web "shop" virtual 10.1.0.0/24 mtu 1450` */
function title({ uuid, display_name: name, mode, ipv4_network: network, ipv4_prefix: prefix, mtu }: Group): string {
  return [
    uuid,
    ...(hasText(name) ? [JSON.stringify(name)] : []),
    mode,
    ...(network === undefined ? ['segment'] : [`${network}/${prefix}`]),
    ...(mtu === null || mtu === undefined ? [] : [`mtu ${mtu}`]),
  ].join('  ');
}

function cells(leaf: Leaf): string[] {
  const { uuid, display_name: name, mode, mac_address: mac, ipv4_addresses: addresses } = leaf;
  return [uuid, hasText(name) ? JSON.stringify(name) : '', mode, addresses.join(','), mac ?? '', place(leaf)];
}

/** Where it lives now, or where its port is expected. */
function place(leaf: Leaf): string {
  const at = position(leaf);
  if (leaf.active) return at;
  return at === '' ? 'nowhere yet' : `${at} (not there yet)`;
}

function position({ datapath_uuid: datapath, port_name: port }: Pick<Leaf, 'datapath_uuid' | 'port_name'>): string {
  return [...(datapath === null ? [] : [`on ${datapath}`]), ...(port === null ? [] : [`port ${port}`])].join(' ');
}

function hasText(text: string | null | undefined): boolean {
  return text !== null && text !== undefined && text !== '';
}
