/** Every action, one row each: OpenFlow 1.3 §7.2.5; Nicira actions: ovs lib/ofp-actions.c, ovs-actions(7). */
import { optional, pad, rest, struct, u16, u32, u8 } from '../wire/layout.ts';
import type { Codec, Struct } from '../wire/layout.ts';
import { EncodeError } from '../errors.ts';
import { NICIRA, NO_BUFFER_MAX_LEN, PACKET_IN_REASON, PORT, TABLE } from '../constants.ts';
import { nat } from './conntrack.ts';
import { controller2 } from './controller.ts';
import { learn, learn2 } from './learn.ts';
import { setField } from './set-field.ts';
import { checkPktLarger, load, move, stack, subfield } from './subfield.ts';

export interface ActionRow<Out, In> {
  readonly code: number;
  /** Experimenter actions: who defined it, and which of theirs it is. */
  readonly vendor?: number;
  readonly subtype?: number;
  readonly body: Struct<Out, In>;
}

export const EXPERIMENTER_ACTION = 0xffff;

const standard = <O, I>(code: number, body: Struct<O, I>): ActionRow<O, I> => ({ code, body });
const nicira = <O, I>(subtype: number, body: Struct<O, I>): ActionRow<O, I> => ({
  code: EXPERIMENTER_ACTION,
  vendor: NICIRA,
  subtype,
  body,
});

const nothing = struct({ _: pad(4) });
const niciraNothing = struct({ _: pad(6) });
const ethertype = (preset: number) => struct({ ethertype: optional(u16, preset), _: pad(2) });

/** A port number in 16 bits: the reserved ones are the last 256 of either size. */
export const port16: Codec<number> = {
  read(r) {
    const port = r.u16();
    return port >= 0xff00 ? port + 0xffff_0000 : port;
  },
  write(w, port) {
    if (port > 0xfeff && port < 0xffff_ff00) throw new EncodeError(`port ${port.toString()} does not fit in 16 bits`);
    w.u16(port > 0xfeff ? port - 0xffff_0000 : port);
  },
};

export const ACTION_ROWS = {
  output: standard(0, struct({ port: u32, maxLen: optional(u16, NO_BUFFER_MAX_LEN), _: pad(6) })),
  copy_ttl_out: standard(11, nothing),
  copy_ttl_in: standard(12, nothing),
  set_mpls_ttl: standard(15, struct({ ttl: u8, _: pad(3) })),
  dec_mpls_ttl: standard(16, nothing),
  push_vlan: standard(17, ethertype(0x8100)),
  pop_vlan: standard(18, nothing),
  push_mpls: standard(19, ethertype(0x8847)),
  pop_mpls: standard(20, ethertype(0x0800)),
  set_queue: standard(21, struct({ queue: u32 })),
  group: standard(22, struct({ group: u32 })),
  set_ttl: standard(23, struct({ ttl: u8, _: pad(3) })),
  dec_ttl: standard(24, nothing),
  set_field: standard(25, setField),
  push_pbb: standard(26, ethertype(0x88e7)),
  pop_pbb: standard(27, nothing),
  pop_queue: nicira(5, niciraNothing),
  move: nicira(6, move),
  load: nicira(7, load),
  note: nicira(8, struct({ note: rest })),
  resubmit: nicira(14, struct({ port: optional(port16, PORT.IN_PORT), table: optional(u8, TABLE.ALL), _: pad(3) })),
  output_reg: nicira(15, struct({ source: subfield, maxLen: optional(u16, NO_BUFFER_MAX_LEN), _: pad(6) })),
  learn: nicira(16, learn),
  exit: nicira(17, niciraNothing),
  fin_timeout: nicira(19, struct({ idleTimeout: u16, hardTimeout: u16, _: pad(2) })),
  controller: nicira(
    20,
    struct({
      maxLen: optional(u16, NO_BUFFER_MAX_LEN),
      /** Only to connections that took this id (nx_set_controller_id); all have 0 at first. */
      id: optional(u16, 0),
      reason: optional(u8, PACKET_IN_REASON.action),
      _: pad(1),
    }),
  ),
  stack_push: nicira(27, stack),
  stack_pop: nicira(28, stack),
  /** `clause` counts from 0 here, from 1 in text. */
  conjunction: nicira(34, struct({ clause: u8, clauses: u8, id: u32 })),
  nat: nicira(36, nat),
  controller2: nicira(37, controller2),
  ct_clear: nicira(43, niciraNothing),
  learn2: nicira(45, learn2),
  /** Sets the bit `offset` of `field` if the packet is longer than `length` bytes (Ethernet header included). */
  check_pkt_larger: nicira(49, checkPktLarger),
} as const;
