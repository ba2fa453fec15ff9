/**
 * Every match field, one row each: OpenFlow 1.3 §7.2.3.7 (OXM), ovs-fields(7) (NXM and experimenter fields).
 *
 * The order of the rows is the canonical order of fields on the wire and in text. It puts each field after those it needs
 * (ipv4_src after eth_type), as switches demand, and otherwise follows what `ovs-ofctl dump-flows` prints.
 */

/** How a value looks in text. */
export type FieldFormat = 'decimal' | 'hex' | 'mac' | 'ipv4' | 'ipv6' | 'port' | 'flags' | 'frag' | 'vlan_vid' | 'dscp';

/** A name of a field on the wire: OXM header without length. */
export interface FieldHeader {
  readonly class: number;
  readonly field: number;
  /** Experimenter class only: the 32-bit id that follows the header. */
  readonly experimenter?: number;
  /** As printed by OVS in `load` and `move`, for example NXM_NX_REG0. */
  readonly label: string;
}

export interface FieldRow {
  readonly bits: number;
  readonly format: FieldFormat;
  /** The header used in matches and set_field. */
  readonly header: FieldHeader;
  /** The older header of the same field, which `load` and `move` use; absent where there is none. */
  readonly nxm?: FieldHeader;
  readonly maskable: boolean;
  /** Name in the text form where it is not the name of the row. */
  readonly text: string | undefined;
}

const NICIRA = 0x2320;
const ONF = 0x4f4e4600;

const oxm = (field: number, name: string): FieldHeader => ({ class: 0x8000, field, label: `OXM_OF_${name}` });
const nxm = (field: number, name: string): FieldHeader => ({ class: 0, field, label: `NXM_OF_${name}` });
const nx = (field: number, name: string): FieldHeader => ({ class: 1, field, label: `NXM_NX_${name}` });
const reg64 = (field: number): FieldHeader => ({ class: 0x8001, field, label: `OXM_OF_PKT_REG${field.toString()}` });
const onf = (field: number, name: string): FieldHeader => ({
  class: 0xffff,
  field,
  experimenter: ONF,
  label: `ONFOXM_ET_${name}`,
});
const nxoxm = (field: number, name: string): FieldHeader => ({
  class: 0xffff,
  field,
  experimenter: NICIRA,
  label: `NXOXM_ET_${name}`,
});

type Options = { text?: string; nxm?: FieldHeader };

const exact = (bits: number, format: FieldFormat, header: FieldHeader, options: Options = {}): FieldRow => ({
  bits,
  format,
  header,
  maskable: false,
  text: options.text,
  ...(options.nxm && { nxm: options.nxm }),
});
const masked = (bits: number, format: FieldFormat, header: FieldHeader, options: Options = {}): FieldRow => ({
  ...exact(bits, format, header, options),
  maskable: true,
});

const reg = (n: number): FieldRow => masked(32, 'hex', nx(n, `REG${n.toString()}`));
const xreg = (n: number): FieldRow => masked(64, 'hex', reg64(n));
const xxreg = (n: number): FieldRow => masked(128, 'hex', nx(111 + n, `XXREG${n.toString()}`));

export const FIELD_ROWS = {
  // packet metadata
  pkt_mark: masked(32, 'hex', nx(33, 'PKT_MARK')),
  recirc_id: exact(32, 'hex', nx(36, 'RECIRC_ID')),
  dp_hash: masked(32, 'hex', nx(35, 'DP_HASH')),
  conj_id: exact(32, 'decimal', nx(37, 'CONJ_ID')),
  actset_output: exact(32, 'port', onf(43, 'ACTSET_OUTPUT')),
  // connection tracking
  ct_state: masked(32, 'flags', nx(105, 'CT_STATE')),
  ct_zone: exact(16, 'decimal', nx(106, 'CT_ZONE')),
  ct_mark: masked(32, 'hex', nx(107, 'CT_MARK')),
  ct_label: masked(128, 'hex', nx(108, 'CT_LABEL')),
  // protocols that others need
  eth_type: exact(16, 'hex', oxm(5, 'ETH_TYPE'), { text: 'dl_type', nxm: nxm(3, 'ETH_TYPE') }),
  ip_proto: exact(8, 'decimal', oxm(10, 'IP_PROTO'), { text: 'nw_proto', nxm: nxm(6, 'IP_PROTO') }),
  // the connection's original direction
  ct_nw_src: masked(32, 'ipv4', nx(120, 'CT_NW_SRC')),
  ct_ipv6_src: masked(128, 'ipv6', nx(122, 'CT_IPV6_SRC')),
  ct_nw_dst: masked(32, 'ipv4', nx(121, 'CT_NW_DST')),
  ct_ipv6_dst: masked(128, 'ipv6', nx(123, 'CT_IPV6_DST')),
  ct_nw_proto: exact(8, 'decimal', nx(119, 'CT_NW_PROTO')),
  ct_tp_src: masked(16, 'decimal', nx(124, 'CT_TP_SRC')),
  ct_tp_dst: masked(16, 'decimal', nx(125, 'CT_TP_DST')),
  // registers
  reg0: reg(0),
  reg1: reg(1),
  reg2: reg(2),
  reg3: reg(3),
  reg4: reg(4),
  reg5: reg(5),
  reg6: reg(6),
  reg7: reg(7),
  reg8: reg(8),
  reg9: reg(9),
  reg10: reg(10),
  reg11: reg(11),
  reg12: reg(12),
  reg13: reg(13),
  reg14: reg(14),
  reg15: reg(15),
  xreg0: xreg(0),
  xreg1: xreg(1),
  xreg2: xreg(2),
  xreg3: xreg(3),
  xreg4: xreg(4),
  xreg5: xreg(5),
  xreg6: xreg(6),
  xreg7: xreg(7),
  xxreg0: xxreg(0),
  xxreg1: xxreg(1),
  xxreg2: xxreg(2),
  xxreg3: xxreg(3),
  // tunnels
  tunnel_id: masked(64, 'hex', oxm(38, 'TUNNEL_ID'), { text: 'tun_id', nxm: nx(16, 'TUN_ID') }),
  tun_src: masked(32, 'ipv4', nx(31, 'TUN_IPV4_SRC')),
  tun_dst: masked(32, 'ipv4', nx(32, 'TUN_IPV4_DST')),
  tun_ipv6_src: masked(128, 'ipv6', nx(109, 'TUN_IPV6_SRC')),
  tun_ipv6_dst: masked(128, 'ipv6', nx(110, 'TUN_IPV6_DST')),
  tun_gbp_id: masked(16, 'decimal', nx(38, 'TUN_GBP_ID')),
  tun_gbp_flags: masked(8, 'hex', nx(39, 'TUN_GBP_FLAGS')),
  tun_erspan_ver: masked(8, 'decimal', nxoxm(12, 'ERSPAN_VER')),
  tun_erspan_idx: masked(32, 'hex', nxoxm(11, 'ERSPAN_IDX')),
  tun_erspan_dir: masked(8, 'decimal', nxoxm(13, 'ERSPAN_DIR')),
  tun_erspan_hwid: masked(8, 'hex', nxoxm(14, 'ERSPAN_HWID')),
  tun_gtpu_flags: masked(8, 'hex', nxoxm(15, 'GTPU_FLAGS')),
  tun_gtpu_msgtype: masked(8, 'decimal', nxoxm(16, 'GTPU_MSGTYPE')),
  tun_flags: masked(16, 'flags', nx(104, 'TUN_FLAGS')),
  metadata: masked(64, 'hex', oxm(2, 'METADATA')),
  // Ethernet
  in_port: exact(32, 'port', oxm(0, 'IN_PORT'), { nxm: nxm(0, 'IN_PORT') }),
  in_phy_port: exact(32, 'port', oxm(1, 'IN_PHY_PORT')),
  /** 0x1000 (VLAN_PRESENT) with the 12 bits of the VLAN id; 0: untagged. */
  vlan_vid: masked(13, 'vlan_vid', oxm(6, 'VLAN_VID')),
  vlan_pcp: exact(3, 'decimal', oxm(7, 'VLAN_PCP'), { text: 'dl_vlan_pcp' }),
  vlan_tci: masked(16, 'hex', nxm(4, 'VLAN_TCI')),
  eth_src: masked(48, 'mac', oxm(4, 'ETH_SRC'), { text: 'dl_src', nxm: nxm(2, 'ETH_SRC') }),
  eth_dst: masked(48, 'mac', oxm(3, 'ETH_DST'), { text: 'dl_dst', nxm: nxm(1, 'ETH_DST') }),
  // IP, ARP
  ipv6_src: masked(128, 'ipv6', oxm(26, 'IPV6_SRC'), { nxm: nx(19, 'IPV6_SRC') }),
  ipv6_dst: masked(128, 'ipv6', oxm(27, 'IPV6_DST'), { nxm: nx(20, 'IPV6_DST') }),
  ipv6_flabel: masked(20, 'hex', oxm(28, 'IPV6_FLABEL'), { text: 'ipv6_label', nxm: nx(27, 'IPV6_LABEL') }),
  ipv6_exthdr: masked(9, 'hex', oxm(39, 'IPV6_EXTHDR')),
  arp_spa: masked(32, 'ipv4', oxm(22, 'ARP_SPA'), { nxm: nxm(16, 'ARP_SPA') }),
  arp_tpa: masked(32, 'ipv4', oxm(23, 'ARP_TPA'), { nxm: nxm(17, 'ARP_TPA') }),
  ipv4_src: masked(32, 'ipv4', oxm(11, 'IPV4_SRC'), { text: 'nw_src', nxm: nxm(7, 'IP_SRC') }),
  ipv4_dst: masked(32, 'ipv4', oxm(12, 'IPV4_DST'), { text: 'nw_dst', nxm: nxm(8, 'IP_DST') }),
  arp_op: exact(16, 'decimal', oxm(21, 'ARP_OP'), { nxm: nxm(15, 'ARP_OP') }),
  arp_sha: masked(48, 'mac', oxm(24, 'ARP_SHA'), { nxm: nx(17, 'ARP_SHA') }),
  arp_tha: masked(48, 'mac', oxm(25, 'ARP_THA'), { nxm: nx(18, 'ARP_THA') }),
  ip_tos: exact(8, 'decimal', nxm(5, 'IP_TOS'), { text: 'nw_tos' }),
  ip_dscp: exact(6, 'dscp', oxm(8, 'IP_DSCP'), { text: 'nw_tos' }),
  ip_ecn: exact(2, 'decimal', oxm(9, 'IP_ECN'), { text: 'nw_ecn', nxm: nx(28, 'IP_ECN') }),
  ip_ttl: exact(8, 'decimal', nx(29, 'IP_TTL'), { text: 'nw_ttl' }),
  // MPLS, PBB
  mpls_label: exact(20, 'decimal', oxm(34, 'MPLS_LABEL')),
  mpls_tc: exact(3, 'decimal', oxm(35, 'MPLS_TC')),
  mpls_ttl: exact(8, 'decimal', nx(30, 'MPLS_TTL')),
  mpls_bos: exact(1, 'decimal', oxm(36, 'MPLS_BOS')),
  pbb_isid: masked(24, 'hex', oxm(37, 'PBB_ISID')),
  /** Bit 0: is a fragment, bit 1: and not the first. */
  ip_frag: masked(2, 'frag', nx(26, 'IP_FRAG'), { text: 'nw_frag' }),
  // transport
  icmpv4_type: exact(8, 'decimal', oxm(19, 'ICMPV4_TYPE'), { text: 'icmp_type', nxm: nxm(13, 'ICMP_TYPE') }),
  icmpv4_code: exact(8, 'decimal', oxm(20, 'ICMPV4_CODE'), { text: 'icmp_code', nxm: nxm(14, 'ICMP_CODE') }),
  icmpv6_type: exact(8, 'decimal', oxm(29, 'ICMPV6_TYPE'), { text: 'icmp_type', nxm: nx(21, 'ICMPV6_TYPE') }),
  icmpv6_code: exact(8, 'decimal', oxm(30, 'ICMPV6_CODE'), { text: 'icmp_code', nxm: nx(22, 'ICMPV6_CODE') }),
  ipv6_nd_target: masked(128, 'ipv6', oxm(31, 'IPV6_ND_TARGET'), { text: 'nd_target', nxm: nx(23, 'ND_TARGET') }),
  ipv6_nd_sll: masked(48, 'mac', oxm(32, 'IPV6_ND_SLL'), { text: 'nd_sll', nxm: nx(24, 'ND_SLL') }),
  ipv6_nd_tll: masked(48, 'mac', oxm(33, 'IPV6_ND_TLL'), { text: 'nd_tll', nxm: nx(25, 'ND_TLL') }),
  tcp_src: masked(16, 'decimal', oxm(13, 'TCP_SRC'), { text: 'tp_src', nxm: nxm(9, 'TCP_SRC') }),
  tcp_dst: masked(16, 'decimal', oxm(14, 'TCP_DST'), { text: 'tp_dst', nxm: nxm(10, 'TCP_DST') }),
  udp_src: masked(16, 'decimal', oxm(15, 'UDP_SRC'), { text: 'tp_src', nxm: nxm(11, 'UDP_SRC') }),
  udp_dst: masked(16, 'decimal', oxm(16, 'UDP_DST'), { text: 'tp_dst', nxm: nxm(12, 'UDP_DST') }),
  sctp_src: masked(16, 'decimal', oxm(17, 'SCTP_SRC'), { text: 'tp_src' }),
  sctp_dst: masked(16, 'decimal', oxm(18, 'SCTP_DST'), { text: 'tp_dst' }),
  tcp_flags: masked(12, 'flags', onf(42, 'TCP_FLAGS'), { nxm: nx(34, 'TCP_FLAGS') }),
} as const satisfies Record<string, FieldRow>;

export type FieldName = keyof typeof FIELD_ROWS;
