import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataCentre } from './data-centre.ts';
import { declareMachine, LEGACY_SITE, mapVlans, TRUNK } from './edge-site.ts';
import { SteadyPing } from './steady-ping.ts';

/** As `VLAN_LIMIT` of the agent. */
const LIMIT = 1_024;
const SOURCES = 100_000;
const FLOODED = /^a trunk has more unknown senders than may be learnt/;
/** With a busy machine of two cores, more than that overruns the queue of the trunk before the switch looks at it. */
const PER_SECOND = 3_000;

/** Sends broadcasts from ever new MAC addresses in VLAN 100. */
const FLOOD = `
import socket, sys, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((sys.argv[1], 0))
count, rate = int(sys.argv[2]), int(sys.argv[3])
tail = bytes.fromhex('810000640800') + bytes.fromhex('4500001c000100004011000000000000ffffffff') + bytes(26)
start = time.monotonic()
for i in range(count):
    s.send(b'\\xff' * 6 + bytes.fromhex('02ee') + i.to_bytes(4, 'big') + tail)
    while i > rate * (time.monotonic() - start): time.sleep(0.001)
`;

let centre: DataCentre;

beforeAll(async () => {
  centre = await DataCentre.up(LEGACY_SITE);
  await mapVlans(centre);
  await declareMachine(centre, 'olda', 'a');
  await centre.reachedAfter('newa', '10.0.0.2');
});

afterAll(async () => centre.down());

/** Processor time of the edge host's agent so far, in milliseconds. */
function agentCpu(): number {
  const pid = execFileSync('pgrep', ['-f', `vna --node-id edge1 .*${centre.lab.dir}/`], { encoding: 'utf8' });
  const text = readFileSync(`/proc/${pid.split('\n')[0]}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function learnt(): Promise<number> {
  return Number((await centre.api('GET', 'edge_hosts?limit=1'))['total_count']);
}

describe(`a flood of ${SOURCES} source addresses from the legacy side`, () => {
  it('fills what is learnt of the VLAN and no more; known machines lose nothing; it is reported', async () => {
    const flowsBefore = (await centre.flows('edge1')).length;
    const declared = await SteadyPing.start(centre, 'a2', '10.0.0.100');
    const discovered = await SteadyPing.start(centre, 'a3', '10.0.0.101');
    const other = await SteadyPing.start(centre, 'b2', '10.0.0.3');
    const cpu = agentCpu();
    const after = await centre.agent('edge1').mark();
    const started = performance.now();
    const [program = '', ...args] = centre.lab
      .node('tor')
      .command(['python3', '-c', FLOOD, 'edge1', String(SOURCES), String(PER_SECOND)]);
    await once(spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] }), 'exit');
    const seconds = (performance.now() - started) / 1_000;
    await centre.agent('edge1').message((line) => String(line['msg']).startsWith('a VLAN has as many'), { after });
    const flooded = await centre.agent('edge1').message((line) => FLOODED.test(String(line['msg'])), { after });
    expect(flooded).toMatchObject({ port: TRUNK, packets_per_second: 200 });
    expect(flooded['dropped']).toBeGreaterThan(1_000);
    const spent = agentCpu() - cpu;
    const results = [await declared.stop(), await discovered.stop(), await other.stop()];
    const flows = (await centre.flows('edge1')).length - flowsBefore;
    const lost = results.map((each) => each.lost.length);
    process.stderr.write(
      `${SOURCES} sources in ${seconds.toFixed(1)} s: ${await learnt()} learnt, ${flows} flows more, agent ${spent} ms of CPU, ` +
        `lost ${lost.join('/')} of ${results.map((each) => each.answers).join('/')} pings\n`,
    );
    expect(await learnt()).toBeLessThanOrEqual(LIMIT);
    expect(flows).toBeLessThan(LIMIT * 12);
    expect(spent).toBeLessThan(seconds * 1_000);
    expect(lost).toEqual([0, 0, 0]);
  });
});
