import { formatIpv4, formatMac } from '@vnet/model';
import type { Queries } from '../store/queries.ts';

/** What is behind edges: VLANs, and the machines there that nobody declared, by network and segment. */
export class Edges {
  readonly #vlans: ReadonlyMap<string, readonly object[]>;
  readonly #machines: ReadonlyMap<string, readonly object[]>;

  private constructor(vlans: ReadonlyMap<string, readonly object[]>, machines: ReadonlyMap<string, readonly object[]>) {
    this.#vlans = vlans;
    this.#machines = machines;
  }

  static async load(queries: Queries): Promise<Edges> {
    const mappings = (await queries.all('vlan_translation')).filter(({ vlan_id: vlan }) => vlan !== null);
    const translations = new Map((await queries.all('translation')).map((row) => [row.id, row]));
    const faces = new Map((await queries.all('interface', { mode: 'edge' })).map((row) => [row.id, row]));
    const rows = await queries.all('interface_port', { interface_mode: 'edge' });
    const ports = new Map(rows.map((row) => [row.interface_id, row]));
    const datapaths = new Map((await queries.all('datapath')).map((row) => [row.id, row.uuid]));
    const carrying = new Set((await queries.all('edge_role')).map((row) => row.vlan_translation_id));
    const vlans = mappings.map((row) => {
      const face = faces.get(translations.get(row.translation_id)?.interface_id ?? 0);
      const port = ports.get(face?.id ?? 0);
      return {
        row,
        shown: {
          uuid: row.uuid,
          vlan_id: row.vlan_id,
          interface_uuid: face?.uuid ?? null,
          datapath_uuid: datapaths.get(port?.datapath_id ?? 0) ?? null,
          port_name: port?.port_name ?? null,
          active: carrying.has(row.id),
        },
      };
    });
    const machines = (await queries.all('edge_host')).map((row) => ({
      row,
      shown: {
        mac_address: formatMac(row.mac_address),
        ipv4_address: row.ipv4_address === null ? null : formatIpv4(row.ipv4_address),
        vlan_id: row.vlan_id,
        datapath_uuid: datapaths.get(row.datapath_id) ?? null,
        port_name: row.port_name,
        refused: row.refused,
      },
    }));
    return new Edges(byDomain(vlans), byDomain(machines));
  }

  of(kind: 'network' | 'segment', id: number): object {
    const key = `${kind} ${id}`;
    return { vlans: this.#vlans.get(key) ?? [], legacy_machines: this.#machines.get(key) ?? [] };
  }
}

interface InDomain {
  readonly row: { readonly network_id: number | null; readonly segment_id: number | null };
  readonly shown: object;
}

function byDomain(all: readonly InDomain[]): ReadonlyMap<string, readonly object[]> {
  const groups = new Map<string, object[]>();
  for (const { row, shown } of all) {
    const key = row.network_id === null ? `segment ${row.segment_id}` : `network ${row.network_id}`;
    groups.set(key, [...(groups.get(key) ?? []), shown]);
  }
  return groups;
}
