/** What `metadata` (64 bits) holds in the pipeline of a switch with plain OpenFlow 1.3. */
export const METADATA = {
  NETWORK: { offset: 0, bits: 32, doc: 'The virtual network: network id, or 0x80000000 | segment id.' },
  SOURCE: {
    offset: 32,
    bits: 31,
    doc: 'Id of the interface the packet came from (0x40000000 | id of a VLAN translation: a VLAN behind an edge port).',
  },
  REMOTE: { offset: 63, bits: 1, doc: 'The packet came from another host: it may only go to local ports.' },
} as const;

/** The bit of SOURCE that says that it is a VLAN translation. */
export const FROM_VLAN = 1n << 62n;

/** Parts of `metadata`. */
export interface Parts {
  readonly network?: number;
  readonly source?: number;
  readonly remote?: boolean;
}

export interface MetadataBits {
  readonly value: bigint;
  readonly mask: bigint;
}

const ALL_BITS = 0xffff_ffff_ffff_ffffn;

/** These parts and no others, as `write_metadata` has them. */
export function metadataBits({ network, source, remote }: Parts): MetadataBits {
  const given = [
    [METADATA.NETWORK, network],
    [METADATA.SOURCE, source],
    [METADATA.REMOTE, remote === undefined ? undefined : Number(remote)],
  ] as const;
  let [value, mask] = [0n, 0n];
  for (const [{ offset, bits }, part] of given) {
    if (part === undefined) continue;
    value |= BigInt(part) << BigInt(offset);
    mask |= ((1n << BigInt(bits)) - 1n) << BigInt(offset);
  }
  return { value, mask };
}

/** The match on these parts. */
export function inMetadata(parts: Parts): { readonly metadata: bigint | MetadataBits } {
  const bits = metadataBits(parts);
  return { metadata: bits.mask === ALL_BITS ? bits.value : bits };
}

/** The parts of `metadata` as a switch reports it. */
export function partsOf(metadata: bigint): Required<Parts> {
  const part = ({ offset, bits }: (typeof METADATA)[keyof typeof METADATA]): number =>
    Number((metadata >> BigInt(offset)) & ((1n << BigInt(bits)) - 1n));
  return { network: part(METADATA.NETWORK), source: part(METADATA.SOURCE), remote: part(METADATA.REMOTE) === 1 };
}
