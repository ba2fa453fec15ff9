import { expect, it } from 'vitest';
import { dataCentre, fill, machine, type TestRow } from '../compile/test-rows.ts';
import { State } from '../state/state.ts';
import { explain } from './explain.ts';

/** From the port of interface 31 to that of interface 70, of the same network on this host. */
const TRACE = `bridge("br0")
-------------
 0. in_port=31, priority 100, cookie 0x1
    goto_table:20
20. ip,reg1=0x1f, priority 100, cookie 0x2
    goto_table:79
79. reg2=0x46, priority 100, cookie 0x3
    output:70

Final flow: icmp
Datapath actions: 3
`;

it('names the tables of the pipeline that packets are traced through', async () => {
  const bound: TestRow[] = [31, 70].map((id) => ({ table: 'bound', row: { id, ofport: id, zone: id, vlan: null } }));
  const state = new State();
  fill(state, [...dataCentre(), ...machine(70, 1, 0x0a000046, 0x0a0000000070, 'vm70'), ...bound]);
  const answer = await explain(
    { from: 31, to: 70, protocol: 1, port: null },
    { view: state, trace: () => Promise.resolve(TRACE), reasonsOf: () => new Map() },
  );
  expect(answer).toMatchObject({
    outcome: 'delivered',
    table: 'DELIVERY',
    path: ['CLASSIFIER', 'PORT_SECURITY', 'DELIVERY'],
  });
});
