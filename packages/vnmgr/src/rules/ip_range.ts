import { VnetError, formatIpv4 } from '@vnet/model';
import type { Completion } from './rule.ts';

export const completeIpRange: Completion<'ip_range'> = (_edit, draft) => {
  const { begin_ipv4_address: begin = 0, end_ipv4_address: end = 0 } = draft;
  if (begin <= end) return Promise.resolve(draft);
  throw new VnetError(
    'ArgumentError',
    `end_ipv4_address: ${formatIpv4(end)} is below begin_ipv4_address ${formatIpv4(begin)}`,
  );
};
