import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrivateSwitch } from '../../test/private-switch.ts';
import { connectSwitch, encode, encodeFlowMod, flowStatsEntries } from '../index.ts';
import type { SwitchChannel } from '../index.ts';
import { formatFlow } from './format-flow.ts';
import { ipv6Text } from './values.ts';

let ovs: PrivateSwitch;
let channel: SwitchChannel;

beforeAll(async () => {
  ovs = await PrivateSwitch.start();
  channel = connectSwitch({ target: ovs.target });
  await once(channel, 'up');
  ovs.ofctl('add-group', 'group_id=3,type=all,bucket=output:1');
  ovs.ofctl('add-meter', 'meter=1,pktps,band=type=drop,rate=5');
});

afterAll(async () => {
  channel.close();
  await ovs.stop();
});

/** Written as ovs-ofctl reads them; table and priority always said, since formatFlow always says them. */
const FLOWS = [
  'table=1, priority=32768,ct_state=+new-est+trk,ip,nw_proto=47,nw_tos=32,nw_ecn=1,nw_ttl=3,nw_frag=yes actions=drop',
  'table=1, priority=32768,arp,arp_tpa=10.0.0.1,arp_op=1,arp_sha=01:02:03:04:05:06 actions=group:3',
  'table=1, priority=11,vlan_tci=0x1000/0x1000 actions=write_actions(output:3,group:3)',
  'table=1, priority=10,dl_vlan=5,dl_vlan_pcp=3 actions=pop_vlan',
  'table=1, priority=9,vlan_tci=0x0000/0x1fff,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 actions=conjunction(3,1/2),conjunction(4,2/2)',
  'table=1, priority=8,icmp,icmp_type=8 actions=meter:1,set_field:0->icmp_type,learn(table=9,cookie=0x1,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[])',
  'table=1, priority=6,icmp6,icmp_type=135,icmp_code=0,nd_target=fe80::1,nd_sll=02:00:00:00:00:01 actions=output:3,output:NXM_NX_REG0[]',
  'table=1, priority=5,ipv6,ipv6_src=fe80::/64,ipv6_dst=::1 actions=LOCAL,IN_PORT,CONTROLLER:128,NORMAL,ALL,FLOOD',
  'table=1, priority=7,udp,tp_src=53,tp_dst=0x400/0xfc00 actions=set_field:10.0.0.1->ip_src,set_field:0x5->tun_id,set_field:1.2.3.4->tun_dst,set_field:80->udp_dst',
  'table=1, priority=12,pkt_mark=0x3,conj_id=5,ct_zone=7,ct_mark=0x5/0xf,ct_label=0x1,ip,reg15=0x1/0x3,tun_src=1.2.3.4,tun_dst=2.3.4.5 actions=ct(commit,nat(dst=1.1.1.1-1.1.1.9,random)),ct_clear,clone(output:4),note:01.02.00.00.00.00,clear_actions',
  'table=1, priority=13,ct_state=+trk,tcp,tcp_flags=+syn-ack actions=ct(commit,force,zone=1,nat)',
  'table=2, priority=3,ip,nw_dst=10.0.0.0/255.0.255.0 actions=mod_nw_ttl:3,dec_ttl,resubmit(,9),resubmit:1,IN_PORT',
  'cookie=0x123, table=2, idle_timeout=5, hard_timeout=10, send_flow_rem priority=65535,dl_type=0x88cc actions=push_vlan:0x8100,set_field:4101->vlan_vid,output:2',
  'table=2, priority=32768,rarp actions=output:1',
  'table=0, priority=0 actions=load:0->NXM_OF_IN_PORT[],resubmit(,2)',
  'table=20, priority=100,tcp,reg1=0x5,tun_id=0x7,metadata=0x1/0xff,in_port=3,dl_vlan=1,dl_src=02:00:00:00:00:01,nw_src=10.0.0.0/8,tp_dst=80 actions=load:0x1->NXM_NX_REG0[0..15],move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],controller(id=1,userdata=01.02.03,pause),check_pkt_larger(1500)->NXM_NX_REG0[3],ct(commit,table=7,zone=5,nat(src=1.2.3.4:5-10),exec(set_field:0x1->ct_mark)),ct(table=3,zone=NXM_NX_REG2[0..15]),write_metadata:0x4/0xf,goto_table:30',
];

const withoutDefaults = (line: string): string =>
  line.replace('table=0, ', '').replace('priority=32768', '').replace(/ ,/, ' ');

async function flowsOfSwitch() {
  return (await channel.request({ type: 'flow_stats_request' })).flows;
}

describe('formatFlow', () => {
  it.each(FLOWS)('writes what ovs-ofctl writes: %s', async (line) => {
    ovs.ofctl('del-flows');
    ovs.ofctl('add-flow', line);
    const [flow] = await flowsOfSwitch();
    const theirs = ovs.dumpFlows()[0]!;
    expect(withoutDefaults(formatFlow(flow!))).toBe(withoutDefaults(theirs));
  });

  it('is the same before a flow goes to the switch and after it comes back', async () => {
    ovs.ofctl('del-flows');
    for (const line of FLOWS) ovs.ofctl('add-flow', line);
    const before = (await flowsOfSwitch()).map((flow) => ({ ...flow, command: 'add' as const }));
    await channel.bundle([
      encode({ type: 'flow_mod', command: 'delete', table: 255 }),
      ...before.map((flow) => encodeFlowMod(flow)),
    ]);
    expect((await flowsOfSwitch()).map(formatFlow).sort()).toEqual(before.map(formatFlow).sort());
    const lean: string[] = [];
    for await (const body of channel.parts({ type: 'flow_stats_request' })) {
      for (const entry of flowStatsEntries(body)) lean.push(formatFlow(entry));
    }
    const withoutTimes = before.map((flow) => formatFlow({ ...flow, idleTimeout: 0, hardTimeout: 0, flags: 0 }));
    expect(lean.sort()).toEqual(withoutTimes.sort());
  });

  it.each([
    [0n, '::'],
    [1n, '::1'],
    [0xfe80n << 112n, 'fe80::'],
    [0x2001_0db8_0000_0000_0001_0000_0000_0001n, '2001:db8::1:0:0:1'],
    [0x2001_0db8_0000_0001_0001_0001_0001_0001n, '2001:db8:0:1:1:1:1:1'],
    [0x0010_0000_0000_0000_0000_0000_0000_0010n, '10::10'],
  ])('writes IPv6 addresses as RFC 5952 says: %s', (value, text) => {
    expect(ipv6Text(value)).toBe(text);
  });
});
