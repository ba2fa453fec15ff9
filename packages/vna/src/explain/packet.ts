/** A packet in the words of `ofproto/trace` (ovs-fields(7)). */
import { formatIpv4, formatMac } from '@vnet/model';
import { IP_PROTOCOL } from '@vnet/packet';

export interface TracedPacket {
  /** OpenFlow number of the port that it comes in by. */
  readonly inPort: number;
  /** VLAN id of its tag. */
  readonly vlan?: number;
  /** Of a GRE tunnel. */
  readonly tunnel?: { readonly key: number; readonly from: number; readonly to: number };
  readonly source: { readonly mac: number; readonly address: number };
  readonly destination: { readonly mac: number; readonly address: number };
  /** Number of the IP protocol. */
  readonly protocol: number;
  /** Destination port of TCP and UDP. */
  readonly port: number | null;
}

/** A port that no service has. */
const CLIENT_PORT = 49_152;
const SYN = 2;
const ECHO_REQUEST = 8;

function protocolFields({ protocol, port }: TracedPacket): string[] {
  switch (protocol) {
    case IP_PROTOCOL.tcp:
      return ['tcp', `tcp_src=${CLIENT_PORT}`, `tcp_dst=${port ?? 0}`, `tcp_flags=${SYN}`];
    case IP_PROTOCOL.udp:
      return ['udp', `udp_src=${CLIENT_PORT}`, `udp_dst=${port ?? 0}`];
    case IP_PROTOCOL.icmp:
      return ['icmp', `icmp_type=${ECHO_REQUEST}`, 'icmp_code=0'];
    default:
      return ['ip', `nw_proto=${protocol}`];
  }
}

export function traceArgument(packet: TracedPacket): string {
  const { inPort, vlan, tunnel, source, destination } = packet;
  return [
    `in_port=${inPort}`,
    ...(vlan === undefined ? [] : [`dl_vlan=${vlan}`]),
    ...(tunnel === undefined
      ? []
      : [`tun_id=${tunnel.key}`, `tun_src=${formatIpv4(tunnel.from)}`, `tun_dst=${formatIpv4(tunnel.to)}`]),
    ...protocolFields(packet),
    `dl_src=${formatMac(source.mac)}`,
    `dl_dst=${formatMac(destination.mac)}`,
    `nw_src=${formatIpv4(source.address)}`,
    `nw_dst=${formatIpv4(destination.address)}`,
    'nw_ttl=64',
  ].join(',');
}
