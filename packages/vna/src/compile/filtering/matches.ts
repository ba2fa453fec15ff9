import type { FieldName, Match } from '@vnet/openflow';

export const LATER_FRAGMENT: Match = { ip_frag: 3 };

/** The match on a subnet; every address when the prefix is 0. */
export function subnet(
  field: FieldName,
  { address, prefix }: { readonly address: number; readonly prefix: number },
): Match {
  if (prefix === 0) return {};
  if (prefix === 32) return { [field]: address };
  const mask = (0xffffffff << (32 - prefix)) >>> 0;
  return { [field]: { value: (address & mask) >>> 0, mask } };
}

const PORT_BITS = 16;

/**
 * The fewest values with masks that together are a range of ports: 1–65535 takes 16, no range takes more than 30.
 *
 * A block of 2ⁿ ports begins at a multiple of 2ⁿ; the largest one that begins at `first` and ends in the range comes next.
 */
export function portMasks({ first, last }: { readonly first: number; readonly last: number }): readonly {
  readonly value: number;
  readonly mask: number;
}[] {
  const masks = [];
  for (let from = first; from <= last;) {
    let bits = 0;
    while (bits < PORT_BITS && from % (2 << bits) === 0 && from + (2 << bits) - 1 <= last) bits++;
    masks.push({ value: from, mask: (0xffff << bits) & 0xffff });
    from += 1 << bits;
  }
  return masks;
}
