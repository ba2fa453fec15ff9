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

/** In a process of its own: prints the milliseconds for compiling and for writing. */
async function coldStart(endpoint: string): Promise<void> {
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
  const started = performance.now();
  ofSwitch.want(engine.run().flows);
  const compiled = performance.now();
  const commit = await ofSwitch.commit(() => true);
  const written = performance.now();
  await ofSwitch.close();
  console.log(JSON.stringify({ cold: written - started, write: written - compiled, changed: commit?.changed }));
}

async function main(): Promise<void> {
  const ovs = await PrivateSwitch.start();
  try {
    const self = fileURLToPath(import.meta.url);
    const cold: number[] = [];
    const write: number[] = [];
    const ofctl: number[] = [];
    const file = join(ovs.directory, 'flows.txt');
    for (let round = 0; round < ROUNDS; round++) {
      const output = execFileSync(process.execPath, [...process.execArgv, self, ovs.target], { encoding: 'utf8' });
      const run = JSON.parse(output) as { cold: number; write: number; changed: number };
      cold.push(run.cold);
      write.push(run.write);
      const { changed } = run;
      const flows = ovs.dumpFlows();
      if (flows.length !== changed || changed < 2 * MACHINES)
        throw new Error(`${flows.length} flows of ${changed} are in the switch`);
      writeFileSync(file, flows.map((flow) => `${flow}\n`).join(''));
      ovs.ofctl('del-flows');
      const started = performance.now();
      ovs.ofctl('add-flows', file, '--bundle');
      ofctl.push(performance.now() - started);
      if (ovs.dumpFlows().length !== flows.length) throw new Error('ovs-ofctl did not write all flows');
      ovs.ofctl('del-flows');
    }
    const peer = 'ovs-ofctl --bundle add-flows';
    compare('100,000 flows written by the agent, ms', write, peer, ofctl, 1.0);
    compare('100,000 flows from a cold start, ms', cold, peer, ofctl, 1.0);
  } finally {
    await ovs.stop();
  }
}

const [, , endpoint] = process.argv;
await (endpoint === undefined ? main() : coldStart(endpoint));
