import { programPath } from '../programs.ts';
import { EDGE, VMS } from './demo.ts';
import type { Site } from './site.ts';

/** Commands to try while the demonstration is up. */
export function whatNext({ lab, api }: Site): string {
  const host = lab.host('hv1');
  const [from, , to] = VMS;
  const packet = [
    `in_port=${from!.name},icmp,nw_ttl=64`,
    `dl_src=${from!.mac},dl_dst=${to!.mac}`,
    `nw_src=${from!.address},nw_dst=${to!.address}`,
  ].join(',');
  const vnctl = programPath('vnctl');
  const labProgram = programPath('lab');
  return `
It stays up until Ctrl-C. What to try in another terminal, as root:

  # from one VM to another
  ${labProgram} exec --lab ${lab.id} blue1 ping 10.0.0.3

  # move a VM to another hypervisor while it pings
  ${labProgram} move --lab ${lab.id} blue2 hv3

  # the model
  export VNET_WEBAPI=${api}
  ${vnctl} interfaces show
  ${vnctl} networks show nw-blue -o json

  # legacy machines that the edge host has seen, and the tags on its trunk
  ${vnctl} edge hosts
  ip netns exec ${lab.host(EDGE.name).namespace} tcpdump -nei ${EDGE.trunk}

  # the flows of hv1, and which way a packet goes through them
  ovs-ofctl -O OpenFlow13 dump-flows ${host.openflow}
  ovs-appctl -t ${host.paths.switchControl} ofproto/trace ${host.bridge} ${packet}

  # the underlay of hv1
  ip netns exec ${host.namespace} tcpdump -nei ${host.uplink}

  # hosts, sockets and logs
  ${labProgram} status ${lab.id}
  ls ${lab.dir}/logs
`;
}
