import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab } from '../src/index.ts';
import { split, type Abilities } from './strict-openflow.ts';
import { StrictSwitch } from './strict-switch.ts';
import { ONE_HOST } from './topologies.ts';
import { until } from './until.ts';

let lab: Lab;
let strict: StrictSwitch;

beforeAll(async () => {
  lab = await Lab.up(ONE_HOST);
  await lab.host('hv1').vsctl('set', 'bridge', 'br0', 'fail_mode=secure', 'protocols=OpenFlow13');
  strict = await StrictSwitch.withDatabase(lab.host('hv1'));
});

afterAll(async () => {
  await strict.stop();
  await lab.down();
});

async function ofctl(...words: readonly string[]): Promise<{ readonly code: number | null; readonly text: string }> {
  const [command = '', ...args] = words;
  const argv = ['ovs-ofctl', '-O', 'OpenFlow13', command, strict.endpoint, ...args];
  const { code, stdout, stderr } = await lab.host('hv1').exec(argv, { anyExit: true });
  return { code, text: stdout + stderr };
}

/** The flows that stand in the switch behind, without their counters. */
async function standing(): Promise<string> {
  return (await lab.host('hv1').ofctl('dump-flows', '--no-stats')).trim();
}

/** Runs with other abilities of the switch. */
async function withAbilities(abilities: Abilities, run: () => Promise<void>): Promise<void> {
  await strict.stop();
  strict = await StrictSwitch.withDatabase(lab.host('hv1'), abilities);
  try {
    await run();
  } finally {
    await strict.stop();
    strict = await StrictSwitch.withDatabase(lab.host('hv1'));
  }
}

describe('what OpenFlow 1.3 has not', () => {
  it.each([
    ['resubmit', 'actions=resubmit(,1)', 'OFPBAC_BAD_VENDOR'],
    ['load', 'actions=load:1->NXM_NX_REG0[]', 'OFPBAC_BAD_VENDOR'],
    ['move', 'actions=move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]', 'OFPBAC_BAD_VENDOR'],
    ['learn', 'actions=learn(table=1,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[])', 'OFPBAC_BAD_VENDOR'],
    ['ct', 'ip,actions=ct(commit)', 'OFPBAC_BAD_VENDOR'],
    ['a controller id', 'actions=controller(id=7)', 'OFPBAC_BAD_VENDOR'],
    ['load, to be written', 'actions=write_actions(load:1->NXM_NX_REG0[])', 'OFPBAC_BAD_VENDOR'],
    ['set_field of a register', 'actions=set_field:1->reg0', 'OFPBAC_BAD_SET_TYPE'],
    ['set_field of an address of a tunnel', 'actions=set_field:1.2.3.4->tun_dst', 'OFPBAC_BAD_SET_TYPE'],
    ['set_field of metadata', 'actions=set_field:1->metadata', 'OFPBAC_BAD_SET_TYPE'],
    ['NORMAL', 'actions=NORMAL', 'OFPBAC_BAD_OUT_PORT'],
    ['FLOOD', 'actions=FLOOD', 'OFPBAC_BAD_OUT_PORT'],
    ['a register in the match', 'reg3=7,actions=drop', 'OFPBMC_BAD_FIELD'],
    ['64 bits of registers in the match', 'xreg0=7,actions=drop', 'OFPBMC_BAD_FIELD'],
    ['connection tracking in the match', 'ct_state=+trk,ip,actions=drop', 'OFPBMC_BAD_FIELD'],
    ['TCP flags in the match', 'tcp,tcp_flags=+syn,actions=drop', 'OFPBMC_BAD_FIELD'],
    ['an address of a tunnel in the match', 'tun_src=1.2.3.4,actions=drop', 'OFPBMC_BAD_FIELD'],
    ['a fragment in the match', 'ip,nw_frag=later,actions=drop', 'OFPBMC_BAD_FIELD'],
  ])('is refused: %s', async (_, flow, error) => {
    await ofctl('del-flows');
    const { text } = await ofctl('add-flow', flow);
    expect(text).toContain(error);
    expect(await standing()).toBe('');
  });

  it.each([
    ['in a bucket', ['add-group', 'group_id=1,type=all,bucket=load:1->NXM_NX_REG0[],output:1'], 'OFPBAC_BAD_VENDOR'],
    [
      'in a packet-out',
      ['packet-out', 'in_port=controller packet=' + '0'.repeat(120) + ' actions=resubmit(,1)'],
      'OFPBAC_BAD_VENDOR',
    ],
    ['in a deletion', ['del-flows', 'reg0=1'], 'OFPBMC_BAD_FIELD'],
    ['in a question', ['dump-flows', 'reg0=1'], 'OFPBMC_BAD_FIELD'],
  ])('is refused %s', async (_, words, error) => {
    const before = (await strict.refusals()).length;
    const { text } = await ofctl(...words);
    expect(text).toContain(error);
    expect((await strict.refusals()).length).toBe(before + 1);
    expect(await lab.host('hv1').ofctl('dump-groups')).not.toContain('group_id');
  });

  it('is refused: bundles, and no flow of one stands', async () => {
    await ofctl('del-flows');
    const file = `${lab.dir}/flows`;
    await lab.host('hv1').exec(['sh', '-c', `echo 'in_port=1,actions=drop' > ${file}`]);
    const { stderr } = await lab
      .host('hv1')
      .exec(['ovs-ofctl', '-O', 'OpenFlow13', '--bundle', 'add-flows', strict.endpoint, file], { anyExit: true });
    expect(stderr).toContain('OFPBRC_BAD_VENDOR');
    expect(await standing()).toBe('');
    expect((await strict.refusals()).map(({ what }) => what)).toContain('experimenter message 0x4f4e4600/2300');
  });

  it('is kept on a list, without what went well', async () => {
    await strict.stop();
    strict = await StrictSwitch.withDatabase(lab.host('hv1'));
    await ofctl('add-flow', 'in_port=1,actions=drop');
    expect(await strict.violations()).toEqual([]);
    await ofctl('add-flow', 'in_port=1,actions=resubmit(,1)');
    const [violation, ...others] = await strict.violations();
    expect(violation).toBe('1 × refused: bad_action/bad_experimenter: experimenter action 0x00002320/14');
    expect(others).toEqual([]);
  });
});

/** A connection of its own, for what ovs-ofctl would not say. A packet-in may come behind the barrier: `count` answers do. */
async function say(messages: readonly Buffer[], count = 0): Promise<readonly Buffer[]> {
  const socket = connect({ path: strict.endpoint.slice('unix:'.length) });
  const hello = bytes(0, '');
  const barrier = bytes(20, '', 0xfffffff0);
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after ${received.toString('hex')}`)));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const { messages: answers } = split(received);
      const others = answers.filter((answer) => ![0, 21].includes(answer.readUInt8(1)));
      if (others.length < count || !answers.some((answer) => answer.readUInt8(1) === 21)) return;
      socket.removeAllListeners('close').destroy();
      resolve(others);
    });
    socket.write(Buffer.concat([hello, ...messages, barrier]));
  });
}

function bytes(type: number, hex: string, xid = 7): Buffer {
  const body = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  const header = Buffer.alloc(8);
  header.writeUInt8(4, 0);
  header.writeUInt8(type, 1);
  header.writeUInt16BE(8 + body.length, 2);
  header.writeUInt32BE(xid, 4);
  return Buffer.concat([header, body]);
}

const ZEROS = (count: number): string => '00'.repeat(count);
/** A flow_mod that adds a flow to a table, up to its match. */
const ADD = (table: string, flags = '0000'): string =>
  `${ZEROS(16)} ${table} 00 ${ZEROS(4)} 0064 ffffffff ffffffff ffffffff ${flags} 0000`;
const ANY = `0001 0004 ${ZEROS(4)}`;

describe('what ovs-ofctl would not say', () => {
  it.each([
    ['a bundle of OpenFlow 1.4', bytes(33, '00000001 0000 0003'), 1, 1],
    ['a request for a role of OpenFlow 1.4', bytes(30, ZEROS(16)), 1, 1],
    ['packet-ins of Nicira', bytes(4, '00002320 00000010 00000002'), 1, 3],
    ['a controller id', bytes(4, '00002320 00000014 000000000000 0001'), 1, 3],
    ['zones to be flushed', bytes(4, '00002320 0000001d 000000000000 0001'), 1, 3],
    ['statistics of Nicira', bytes(18, `ffff 0000 00000000 00002320 00000000 ${ZEROS(8)}`), 1, 3],
    ['flow monitoring of OpenFlow 1.4', bytes(18, `0010 0000 00000000`), 1, 2],
    ['fragments as Open vSwitch matches them', bytes(9, '0003 ffff'), 10, 0],
    [
      'a masked set_field',
      bytes(14, `${ADD('00')} ${ANY} 0004 0020 00000000 0019 0018 8000 090c 020000000001 ffffffffffff 00000000`),
      2,
      13,
    ],
    ['copy_field of OpenFlow 1.5', bytes(14, `${ADD('00')} ${ANY} 0004 0018 00000000 001c 0010 ${ZEROS(12)}`), 2, 0],
    ['an experimenter instruction', bytes(14, `${ADD('00')} ${ANY} ffff 0008 00002320`), 3, 5],
    ['an instruction of OpenFlow 1.5', bytes(14, `${ADD('00')} ${ANY} 0007 0008 00000000`), 3, 0],
    ['a flag of OpenFlow 1.4', bytes(14, `${ADD('00', '0020')} ${ANY}`), 5, 7],
    ['a match of OpenFlow 1.0', bytes(14, `${ADD('00')} 0000 0008 ${ZEROS(4)}`), 4, 0],
    ['a bucket that is inserted', bytes(15, '0003 00 00 00000001'), 6, 11],
    ['half a message', bytes(14, ZEROS(4)), 1, 6],
  ])('is refused: %s', async (_, message, type, code) => {
    const answers = await say([message]);
    expect(answers).toHaveLength(1);
    const [error] = answers;
    expect([error?.readUInt8(1), error?.readUInt32BE(4)]).toEqual([1, 7]);
    expect([error?.readUInt16BE(8), error?.readUInt16BE(10)]).toEqual([type, code]);
    // The beginning of what was refused comes back.
    expect(error?.subarray(12)).toEqual(message.subarray(0, 64));
  });
});

describe('what OpenFlow 1.3 has', () => {
  it.each([
    [
      'a tag taken off, metadata',
      'table=0,in_port=2,dl_vlan=100,actions=pop_vlan,write_metadata:0x100000007/0x1ffffffff,goto_table:1',
    ],
    ['a tag put on', 'table=2,metadata=7,actions=push_vlan:0x8100,set_field:4196->vlan_vid,output:2'],
    [
      'addresses rewritten',
      'table=3,metadata=7,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,actions=set_field:02:00:00:00:00:01->eth_dst,output:1,output:in_port',
    ],
    ['ARP', 'table=1,arp,arp_spa=10.0.0.1,arp_sha=02:00:00:00:00:01,actions=goto_table:2'],
    ['IPv6', 'table=1,ipv6,ipv6_dst=ff00::/8,actions=write_actions(output:1),goto_table:2'],
    ['a tunnel’s key', 'table=1,tun_id=5,actions=set_field:6->tun_id,output:1'],
    ['the controller', 'table=1,priority=1,actions=controller:65535'],
    ['the local port', 'table=1,in_port=LOCAL,actions=output:1'],
    [
      'times and a cookie',
      'table=1,cookie=0x77,hard_timeout=60,idle_timeout=30,priority=3,ip,nw_src=10.0.0.0/8,actions=drop',
    ],
  ])('stands in the switch: %s', async (_, flow) => {
    await ofctl('del-flows');
    expect(await ofctl('add-flow', flow)).toEqual({ code: 0, text: '' });
    expect((await standing()).split('\n')).toHaveLength(1);
    expect((await ofctl('dump-flows', '--no-stats')).text.trim()).toBe(await standing());
  });

  it('groups and meters can be made and used', async () => {
    await ofctl('del-flows');
    for (const [command, what] of [
      ['add-group', 'group_id=1,type=all,bucket=output:1,bucket=output:2'],
      ['add-meter', 'meter=1,pktps,burst,stats,bands=type=drop rate=100 burst_size=10'],
      ['add-flow', 'in_port=1,actions=meter:1,group:1'],
    ] as const) {
      expect(await ofctl(command, what)).toEqual({ code: 0, text: '' });
    }
    expect(await standing()).toContain('meter:1,group:1');
    expect((await ofctl('dump-meters')).text).toContain('rate=100');
    expect((await ofctl('dump-groups')).text).toContain('group_id=1,type=all');
    for (const what of ['del-groups', 'del-meters']) await ofctl(what);
  });

  it('packets go in and out', async () => {
    const frame = `ffffffffffff 020000000001 0800 ${ZEROS(46)}`;
    const answers = await say(
      [
        bytes(9, '0000 ffff'),
        bytes(14, `${ADD('00')} ${ANY} 0004 0018 00000000 0000 0010 fffffffd ffff ${ZEROS(6)}`),
        // Through the tables, as if it had come in by port 1.
        bytes(13, `ffffffff 00000001 0010 ${ZEROS(6)} 0000 0010 fffffff9 0000 ${ZEROS(6)} ${frame}`),
        bytes(18, `0001 0000 00000000 ff ${ZEROS(3)} ffffffff ffffffff ${ZEROS(20)} ${ANY}`),
      ],
      2,
    );
    expect(answers.map((answer) => answer.readUInt8(1)).sort((a, b) => a - b)).toEqual([10, 19]);
    await ofctl('del-flows');
  });

  it('forwards real frames by such flows', async () => {
    const ports = await Promise.all(
      ['vm1', 'vm2'].map(async (vm) => lab.host('hv1').vsctl('get', 'interface', lab.vm(vm).port, 'ofport')),
    );
    await ofctl('add-flow', `in_port=${ports[0]},actions=output:${ports[1]}`);
    const ping = ['ping', '-n', '-c', '1', '-W', '1', '10.0.0.2'];
    const received = async (): Promise<boolean> =>
      (await lab.exec('vm1', ping, { anyExit: true })).stdout.includes(' 1 received');
    expect(await received()).toBe(false);
    await ofctl('add-flow', `in_port=${ports[1]},actions=output:${ports[0]}`);
    await until(received, 'an answer comes');
  });
});

describe('a switch with few tables', () => {
  it('says so, and refuses the others', async () => {
    await withAbilities({ tables: 8 }, async () => {
      expect((await ofctl('show')).text).toContain('n_tables:8,');
      expect(await ofctl('add-flow', 'table=7,actions=drop')).toEqual({ code: 0, text: '' });
      expect((await ofctl('add-flow', 'table=8,actions=drop')).text).toContain('OFPFMFC_BAD_TABLE_ID');
      expect((await ofctl('add-flow', 'table=7,actions=goto_table:8')).text).toContain('OFPBIC_BAD_TABLE_ID');
      expect((await ofctl('dump-flows', 'table=8')).text).toContain('OFPBRC_BAD_TABLE_ID');
      expect(await ofctl('del-flows')).toEqual({ code: 0, text: '' });
      expect(await standing()).toBe('');
    });
  });
});

describe('a switch without meters', () => {
  const METER = 'meter=1,pktps,bands=type=drop rate=100';

  it('may know nothing of them', async () => {
    await withAbilities({ meters: 'unknown' }, async () => {
      expect((await ofctl('meter-features')).text).toContain('OFPBRC_BAD_STAT');
      expect((await ofctl('dump-meters')).text).toContain('OFPBRC_BAD_STAT');
      expect((await ofctl('add-meter', METER)).text).toContain('OFPBRC_BAD_TYPE');
      expect((await ofctl('add-flow', 'actions=meter:1,output:1')).text).toContain('OFPBIC_UNSUP_INST');
    });
  });

  it('or say that it has room for none', async () => {
    await withAbilities({ meters: 'zero' }, async () => {
      expect((await ofctl('meter-features')).text).toContain('max_meter:0');
      expect((await ofctl('dump-meters')).text).not.toContain('OFPT_ERROR');
      expect((await ofctl('add-meter', METER)).text).toContain('OFPMMFC_OUT_OF_METERS');
      expect((await ofctl('add-flow', 'actions=meter:1,output:1')).text).toContain('OFPBIC_UNSUP_INST');
      expect(await lab.host('hv1').ofctl('dump-meters')).not.toContain('meter=');
    });
  });
});

/** Greets who dials in, asks for features and for packet-ins of Nicira, and prints what comes. */
const CONTROLLER = `
const hex = '0400000800000001' + '0405000800000002' + '0404001400000003000023200000001000000002';
require('node:net').createServer((socket) => {
  socket.on('error', () => {}).on('data', (chunk) => console.log(chunk.toString('hex')));
  socket.write(Buffer.from(hex, 'hex'));
}).listen(6653, '127.0.0.1', () => console.log('ready'));
`;

describe('a switch that dials', () => {
  it('comes to the controller behind the proxy, again when it was restarted, and is as strict', async () => {
    const host = lab.host('hv1');
    const dialling = await StrictSwitch.thatDials(host);
    const controller = host.spawn('controller', [process.execPath, '-e', CONTROLLER]);
    const greeted = async (from: number): Promise<void> => {
      await controller.line((line) => line.includes(`04060020000000020${host.identity.dpid.slice(3)}`), { from });
      await controller.line((line) => line.includes('04010020000000030001000304040014'), { from });
    };
    await greeted(0);
    const { length } = await controller.output();
    await host.restartSwitch();
    await greeted(length);
    expect(await dialling.violations()).toEqual([
      '2 × refused: bad_request/bad_experimenter: experimenter message 0x00002320/16',
    ]);
    await controller.stop();
    await dialling.stop();
  });
});
