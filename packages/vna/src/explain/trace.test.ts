import { describe, expect, it } from 'vitest';
import { traceArgument } from './packet.ts';
import { parseTrace } from './trace.ts';

const DROPPED = `Flow: tcp,in_port=2

bridge("br0")
-------------
 0. in_port=2, priority 100, cookie 0x56e02d3c106ca39a
    load:0x7->NXM_NX_REG1[]
    goto_table:70
70. ip,reg2=0x4, priority 100, cookie 0x56e14a321957ad24
    ct(table=71,zone=5795)
    drop

Final flow: tcp
Datapath actions: ct(zone=5795),recirc(0x2)

recirc(0x2) - resume conntrack with ct_state=new|trk
    thaw
        Resuming from table 71
71. ct_state=-rel-rpl+trk, priority 100, cookie 0x56e14a378e21f2a9
    resubmit(,75)
    75. priority 0, cookie 0x56e07e5dc14b022f
            drop
    goto_table:76
76. No match.
    drop

Datapath actions: drop
`;

const TUNNELLED = `bridge("br0")
 0. in_port=2, priority 100, cookie 0x1
    output:3
     -> output to native tunnel
     >> native tunnel routing decision
 bridge("br0")
     0. in_port=LOCAL, priority 100, cookie 0x2
        output:1

Datapath actions: tnl_push(...)
`;

describe('parseTrace', () => {
  it('reads the steps through conntrack and resubmits, with their cookies', () => {
    const { steps, output, punted } = parseTrace(DROPPED);
    expect(steps.map(({ table, match }) => [table, match])).toEqual([
      [0, 'in_port=2'],
      [70, 'ip,reg2=0x4'],
      [71, 'ct_state=-rel-rpl+trk'],
      [75, ''],
      [76, ''],
    ]);
    expect(steps[0]!.cookie).toBe(0x56e02d3c106ca39an);
    expect(steps[4]!.cookie).toBeUndefined();
    expect([output, punted]).toEqual([undefined, false]);
  });

  it('leaves out what becomes of the packet that carries this one', () => {
    expect(parseTrace(TUNNELLED)).toEqual({
      steps: [{ table: 0, match: 'in_port=2', cookie: 1n }],
      output: 3,
      punted: false,
    });
  });

  it('knows a packet that goes to the agent', () => {
    expect(parseTrace('Datapath actions: userspace(pid=0,controller(reason=1))')).toMatchObject({ punted: true });
  });

  it('makes nothing of what is no trace', () => {
    expect(parseTrace('Bad openflow flow syntax')).toEqual({ steps: [], output: undefined, punted: false });
  });
});

describe('traceArgument', () => {
  const ends = {
    source: { mac: 0x020000000001, address: 0x0a000001 },
    destination: { mac: 0x020000000002, address: 0x0a000002 },
  };

  it('is a flow in the words of OVS', () => {
    expect(traceArgument({ inPort: 2, ...ends, protocol: 6, port: 22 })).toBe(
      'in_port=2,tcp,tcp_src=49152,tcp_dst=22,tcp_flags=2,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,' +
        'nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_ttl=64',
    );
  });

  it('says which VLAN a legacy machine is in', () => {
    expect(traceArgument({ inPort: 2, vlan: 100, ...ends, protocol: 1, port: null })).toContain(
      'in_port=2,dl_vlan=100,icmp,',
    );
  });

  it('says which tunnel it came through', () => {
    const tunnel = { key: 3, from: 0xac100003, to: 0xac100001 };
    expect(traceArgument({ inPort: 4, tunnel, ...ends, protocol: 47, port: null })).toContain(
      'in_port=4,tun_id=3,tun_src=172.16.0.3,tun_dst=172.16.0.1,ip,nw_proto=47',
    );
  });
});
