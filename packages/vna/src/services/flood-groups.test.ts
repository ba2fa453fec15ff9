import { PORT } from '@vnet/openflow';
import { encodeEthernet, ETHERTYPE } from '@vnet/packet';
import { beforeEach, describe, expect, it } from 'vitest';
import { formatPackedFlow } from '../pipeline/flow.ts';
import { FloodGroups } from './flood-groups.ts';
import type { PacketOut } from './packet-out.ts';

const MAC = 0x02000000000b;
const UPLINK = 1;

let groups: FloodGroups;
let taught: string[];
let forgotten: string[];
let sent: PacketOut[];
let now: number;

beforeEach(() => {
  [taught, forgotten, sent, now] = [[], [], [], 0];
  groups = new FloodGroups({
    teach: ({ flows }) => taught.push(...flows.map((flow) => formatPackedFlow(flow.key, flow))),
    unteach: (place) => forgotten.push(place),
    send: (packets) => sent.push(...packets),
    now: () => now,
  });
  groups.update(new Map([[String(MAC), { mac: MAC, port: UPLINK, key: 0x80000001, goto: 'WAY' }]]));
});

function receive(etherType: number, payload: Buffer, dst = MAC): void {
  const frame = encodeEthernet({ dst, src: 0x0a0000000020, vlans: [], etherType, payload });
  groups.receive({ reason: 0, network: 0, source: 0, destination: 0, transport: 0, inPort: UPLINK, frame });
}

/** An IPv6 header with this destination. */
function ipv6(group: string): Buffer {
  const header = Buffer.alloc(46);
  header[0] = 0x60;
  Buffer.from(group, 'hex').copy(header, 24);
  return header;
}

describe('the groups of floods from neighbours', () => {
  it('are taught by the first packet, which goes the way of all others', () => {
    receive(ETHERTYPE.ipv6, ipv6('ff0200000000000000000001ff0b0c0d'));
    expect(taught).toEqual([
      'table=0, priority=201,ipv6,in_port=1,vlan_tci=0x0000/0x1fff,dl_dst=02:00:00:00:00:0b,ipv6_dst=ff02::1:ff0b:c0d actions=set_field:33:33:ff:0b:0c:0d->eth_dst,write_metadata:0x8000000080000001,goto_table:3',
    ]);
    expect(sent).toMatchObject([{ inPort: UPLINK, actions: [{ type: 'output', port: PORT.TABLE }] }]);
  });

  it('lose no packet that has overtaken the lesson, and make none go round for ever', () => {
    const group = ipv6('ff020000000000000000000000000001');
    for (let i = 0; i < 3; i++) receive(ETHERTYPE.ipv6, group);
    expect([taught.length, sent.length]).toEqual([1, 3]);
    for (let i = 0; i < 1_000; i++) receive(ETHERTYPE.ipv6, group);
    expect([taught.length, sent.length]).toEqual([1, 32]);
    now += 301_000;
    receive(ETHERTYPE.ipv6, group);
    expect([taught.length, sent.length]).toEqual([2, 33]);
  });

  it('are so many at a time, and forgotten when the MAC is another', () => {
    for (let i = 0; i < 1_030; i++) receive(ETHERTYPE.ipv6, ipv6(`ff02${i.toString(16).padStart(28, '0')}`));
    expect(taught).toHaveLength(1_024);
    groups.update(new Map([[String(MAC), undefined]]));
    expect(forgotten).toEqual([`groups ${MAC}`]);
    receive(ETHERTYPE.ipv6, ipv6('ff020000000000000000000000000001'));
    expect(taught).toHaveLength(1_024);
  });

  it('are none for frames to other MACs, other protocols, and what is no packet', () => {
    receive(ETHERTYPE.ipv6, ipv6('ff020000000000000000000000000001'), MAC + 1);
    receive(0x1234, Buffer.alloc(46));
    receive(ETHERTYPE.ipv4, Buffer.alloc(3));
    expect([taught, sent]).toEqual([[], []]);
  });
});
