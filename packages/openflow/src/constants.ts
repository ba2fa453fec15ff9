/** Port numbers with a meaning (OFPP_…). */
export const PORT = {
  /** Largest number of a real port. */
  MAX: 0xffff_ff00,
  IN_PORT: 0xffff_fff8,
  TABLE: 0xffff_fff9,
  NORMAL: 0xffff_fffa,
  FLOOD: 0xffff_fffb,
  ALL: 0xffff_fffc,
  CONTROLLER: 0xffff_fffd,
  LOCAL: 0xffff_fffe,
  /** No port; in requests: any. */
  ANY: 0xffff_ffff,
} as const;

export const GROUP = { MAX: 0xffff_ff00, ALL: 0xffff_fffc, ANY: 0xffff_ffff } as const;
export const METER = { MAX: 0xffff_0000, SLOWPATH: 0xffff_fffd, CONTROLLER: 0xffff_fffe, ALL: 0xffff_ffff } as const;
export const TABLE = { MAX: 254, ALL: 255 } as const;

/** `maxLen` of an output to the controller that sends the whole packet and keeps nothing in the switch. */
export const NO_BUFFER_MAX_LEN = 0xffff;
/** `bufferId`: the packet is not kept in the switch. */
export const NO_BUFFER = 0xffff_ffff;
/** In `vlan_vid`: there is a tag. */
export const VLAN_PRESENT = 0x1000;

/** Flags of flow_mod. */
export const FLOW_FLAG = {
  SEND_FLOW_REMOVED: 1,
  CHECK_OVERLAP: 2,
  RESET_COUNTS: 4,
  NO_PACKET_COUNTS: 8,
  NO_BYTE_COUNTS: 16,
} as const;

/**
 * Flags of set_config: what becomes of IP fragments. `normal`: flows see no ports in any of them; `nx_match` (Open vSwitch):
 * in the first one they do.
 */
export const FRAGMENTS = { normal: 0, drop: 1, reassemble: 2, nx_match: 3 } as const;

/** Bits of the field `ct_state` (ovs-fields(7)). */
export const CT_STATE = { new: 1, est: 2, rel: 4, rpl: 8, inv: 16, trk: 32, snat: 64, dnat: 128 } as const;
/** Flags of the action `ct`. */
export const CT_FLAG = { COMMIT: 1, FORCE: 2 } as const;
/** Flags of the action `nat`. */
export const NAT_FLAG = { SRC: 1, DST: 2, PERSISTENT: 4, HASH: 8, RANDOM: 16 } as const;

/** Why a packet came to the controller. */
export const PACKET_IN_REASON = { no_match: 0, action: 1, invalid_ttl: 2 } as const;

export const NICIRA = 0x0000_2320;
export const ONF = 0x4f4e_4600;
