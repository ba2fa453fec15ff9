/**
 * 100,000 flows into Open vSwitch by the agent, in a fresh process, beside `ovs-ofctl --bundle add-flows` with the same
 * flows. Both write into an empty switch and wait for the barrier.
 *
 * Twice: the agent's writer alone (flows compiled, to be encoded and sent; ovs-ofctl has them as text, to be parsed, encoded
 * and sent), and its cold start (rows known, nothing compiled). Budget: not longer than ovs-ofctl.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Engine, ROOTS, Switch, UNITS } from '@vnet/vna';
import { PrivateSwitch } from '../packages/openflow/test/private-switch.ts';
import { dataCentre } from './data-centre.ts';
import { compare } from './report.ts';

const MACHINES = 50_000;
const ROUNDS = 5;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };

type What = 'write' | 'cold';

interface Figures {
  readonly ms: number;
  readonly changed: number;
}

/** In a process of its own: prints the milliseconds until the barrier. */
async function measure(what: What, endpoint: string): Promise<void> {
  const { state, dirty } = dataCentre(MACHINES);
  const engine = new Engine(state, dirty, UNITS, ROOTS);
  let isUp = (): void => undefined;
  const up = new Promise<void>((resolve) => (isUp = resolve));
  const ofSwitch = new Switch({
    endpoint,
    log: silent,
    dpid: () => undefined,
    wanted: () => engine.flows(),
    meters: () => engine.output('meter').values(),
    onUp: () => isUp(),
    onPacketIn: () => undefined,
  });
  ofSwitch.start();
  await up;
  if (what === 'write') ofSwitch.want(engine.run().flows);
  const started = performance.now();
  if (what === 'cold') ofSwitch.want(engine.run().flows);
  const commit = await ofSwitch.commit(() => true);
  const ms = performance.now() - started;
  await ofSwitch.close();
  console.log(JSON.stringify({ ms, changed: commit?.changed }));
}

async function main(): Promise<void> {
  const ovs = await PrivateSwitch.start();
  try {
    const self = fileURLToPath(import.meta.url);
    const agent = (what: What): Figures => {
      ovs.ofctl('del-flows');
      const argv = [...process.execArgv, self, what, ovs.target];
      return JSON.parse(execFileSync(process.execPath, argv, { encoding: 'utf8' })) as Figures;
    };
    const cold: number[] = [];
    const write: number[] = [];
    const ofctl: number[] = [];
    const file = join(ovs.directory, 'flows.txt');
    for (let round = 0; round < ROUNDS; round++) {
      cold.push(agent('cold').ms);
      const { ms, changed } = agent('write');
      write.push(ms);
      const flows = ovs.dumpFlows();
      if (flows.length !== changed || changed < 2 * MACHINES) {
        throw new Error(`${flows.length} flows of ${changed} are in the switch`);
      }
      writeFileSync(file, flows.map((flow) => `${flow}\n`).join(''));
      ovs.ofctl('del-flows');
      const started = performance.now();
      ovs.ofctl('add-flows', file, '--bundle');
      ofctl.push(performance.now() - started);
      if (ovs.dumpFlows().length !== flows.length) throw new Error('ovs-ofctl did not write all flows');
    }
    const peer = 'ovs-ofctl --bundle add-flows';
    compare('100,000 flows written by the agent, ms', write, peer, ofctl, 1.0);
    compare('100,000 flows from a cold start, ms', cold, peer, ofctl, 1.0);
  } finally {
    await ovs.stop();
  }
}

const [, , what, endpoint] = process.argv;
await (endpoint === undefined ? main() : measure(what as What, endpoint));
