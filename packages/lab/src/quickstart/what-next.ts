import { programPath, type Site } from './site.ts';

/** Commands to try while the demonstration is up. */
export function whatNext({ lab, api }: Site): string {
  const host = lab.host('hv1');
  const inHost = `ip netns exec ${host.namespace}`;
  return `
It stays up until Ctrl-C. What to try in another terminal, as root:

  # from one VM to another
  ${programPath('lab')} exec blue1 ping 10.0.0.3

  # move a VM to another hypervisor while it pings
  ${programPath('lab')} move blue2 hv3

  # the model
  export VNET_WEBAPI=${api}
  ${programPath('vnctl')} interfaces show
  ${programPath('vnctl')} networks show nw-blue -o json

  # the flows of hv1, and which way a packet goes through them
  ovs-ofctl -O OpenFlow13 dump-flows ${host.openflow}
  ovs-appctl -t ${host.paths.switchControl} ofproto/trace ${host.bridge} in_port=blue1,dl_src=02:00:01:00:00:01,dl_dst=02:00:01:00:00:03

  # the underlay of hv1
  ${inHost} tcpdump -nei ${host.uplink}

  # hosts, sockets and logs
  ${programPath('lab')} status
  ls ${lab.dir}/logs
`;
}
