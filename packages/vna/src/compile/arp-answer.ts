import { PORT, type Action, type FieldName } from '@vnet/openflow';
import { REGISTERS } from '../pipeline/registers.ts';

const move = (from: FieldName, to: FieldName, bits: number): Action => ({
  type: 'move',
  from: { field: from, offset: 0 },
  to: { field: to, offset: 0 },
  bits,
});

const mac = REGISTERS.ANSWER_MAC.field;
const ip = REGISTERS.ANSWER_IP.field;

/** Turns an ARP request into its answer; table ARP has put the MAC into a register. */
export const ARP_ANSWER: readonly Action[] = [
  move('eth_src', 'eth_dst', 48),
  move(mac, 'eth_src', 48),
  { type: 'set_field', field: 'arp_op', value: 2 },
  move('arp_sha', 'arp_tha', 48),
  move(mac, 'arp_sha', 48),
  move('arp_tpa', ip, 32),
  move('arp_spa', 'arp_tpa', 32),
  move(ip, 'arp_spa', 32),
];

export const BACK: Action = { type: 'output', port: PORT.IN_PORT };
