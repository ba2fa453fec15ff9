import { formatIpv4, parseIpv4 } from '@vnet/model';
import type { Draft, Extra, RequestRule } from './rule.ts';

interface Subnet {
  readonly address: number;
  readonly prefix: number;
}

/** `10.0.0.0/8`, as validation has made it; anything when there is none. */
function subnet(text: Extra[string]): Subnet {
  const [address = '', prefix] = String(text ?? '0.0.0.0/0').split('/');
  return { address: parseIpv4(address) ?? 0, prefix: Number(prefix) };
}

/** Only TCP and UDP have ports; 0 stands for any. */
function withPorts(draft: Draft<'filter_static'>): Draft<'filter_static'> {
  const hasPorts = draft.protocol === 'tcp' || draft.protocol === 'udp';
  const port = (given: number | null | undefined): number | null => (hasPorts ? (given ?? 0) : null);
  return { ...draft, src_port: port(draft.src_port), dst_port: port(draft.dst_port) };
}

export const filterStaticRequests: RequestRule<'filter_static'> = {
  prepare: (draft, extra) => {
    const [src, dst] = [subnet(extra['src_address']), subnet(extra['dst_address'])];
    return {
      ...withPorts(draft),
      src_address: src.address,
      src_prefix: src.prefix,
      dst_address: dst.address,
      dst_prefix: dst.prefix,
    };
  },
  current: (_tx, rows) =>
    Promise.resolve(
      new Map(
        rows.map((row) => [
          row.id,
          {
            src_address: `${formatIpv4(row.src_address)}/${row.src_prefix}`,
            dst_address: `${formatIpv4(row.dst_address)}/${row.dst_prefix}`,
          },
        ]),
      ),
    ),
};
