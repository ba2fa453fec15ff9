import { VnetError, formatMac } from '@vnet/model';
import type { Completion } from './rule.ts';

export const completeMacRange: Completion<'mac_range'> = (_edit, draft) => {
  const { begin_mac_address: begin = 0, end_mac_address: end = 0 } = draft;
  if (begin <= end) return Promise.resolve(draft);
  throw new VnetError(
    'ArgumentError',
    `end_mac_address: ${formatMac(end)} is below begin_mac_address ${formatMac(begin)}`,
  );
};
