import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DataCentre } from './data-centre.ts';
import { declareMachine, LEGACY_SITE, mapVlans } from './edge-site.ts';
import type { LogLine } from './program.ts';
import { processorMs } from './processor.ts';
import { SteadyPing } from './steady-ping.ts';

export const EDGE = 'edge1';
export const SOURCES = 100_000;
/** With a busy machine of two cores, more than that overruns the queue of the trunk before the switch looks at it. */
const PER_SECOND = 3_000;

const FLOODED = /^a trunk has more unknown senders than may be learnt/;

/** How often the flows are counted. */
const LOOK_MS = 1_000;

/** Sends broadcasts from ever new MAC addresses in VLAN 100; prints how many it has sent. */
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
print(i + 1)
`;

export interface MacFlood {
  /** Frames, each from a MAC of its own. */
  readonly sent: number;
  readonly seconds: number;
  /** Of steady pings between known machines: a declared one, a discovered one, and those of another tenant. */
  readonly answers: readonly number[];
  readonly lost: readonly number[];
  /** Processor time of the edge host's agent, in milliseconds. */
  readonly agentMs: number;
  /** Machines that are known of the VLAN afterwards. */
  readonly learnt: number;
  /** Flows of the edge host's switch at most, beyond those of before. */
  readonly flows: number;
  /** Frames of unknown senders that the switch had for the agent, and those that its meter let through. */
  readonly punted: number;
  readonly handed: number;
  /** What the agent has said of those that were dropped. */
  readonly flooded: LogLine;
}

/** The site with VLAN 100 mapped, a declared machine and a discovered one that is known. */
export async function floodedSite(): Promise<DataCentre> {
  const centre = await DataCentre.up(LEGACY_SITE);
  await mapVlans(centre);
  await declareMachine(centre, 'olda', 'a');
  await centre.reachedAfter('newa', '10.0.0.2');
  return centre;
}

/** Floods the edge of the site from the legacy side, and settles when the agent has reported that the VLAN is full. */
export async function macFlood(centre: DataCentre, pingHertz = 1_000): Promise<MacFlood> {
  const edge = centre.lab.host(EDGE);
  const agent = centre.agent(EDGE);
  const flowCount = async (): Promise<number> =>
    Number(/flow_count=(\d+)/.exec(await edge.ofctl('dump-aggregate'))![1]);
  const flowsBefore = await flowCount();
  const pings = await Promise.all([
    SteadyPing.start(centre, 'a2', '10.0.0.100', 1_000 / pingHertz),
    SteadyPing.start(centre, 'a3', '10.0.0.101', 1_000 / pingHertz),
    SteadyPing.start(centre, 'b2', '10.0.0.3', 1_000 / pingHertz),
  ]);
  const after = await agent.mark();
  const [cpu, punts] = [processorMs(agent.daemon.pid), await puntsOf(centre)];
  const started = performance.now();
  const argv = ['python3', '-c', FLOOD, EDGE, String(SOURCES), String(PER_SECOND)];
  const [program = '', ...args] = centre.lab.node('tor').command(argv);
  const flood = { sent: 0, over: false };
  const flooding = promisify(execFile)(program, args)
    .then(({ stdout }) => (flood.sent = Number(stdout)))
    .finally(() => (flood.over = true));
  let most = flowsBefore;
  while (!flood.over) {
    // The switch forwards and answers in one thread: asked all the time, it would lose packets for that.
    await delay(LOOK_MS);
    most = Math.max(most, await flowCount());
  }
  await flooding;
  const seconds = (performance.now() - started) / 1_000;
  await agent.message((line) => String(line['msg']).startsWith('a VLAN has as many'), { after });
  const flooded = await agent.message((line) => FLOODED.test(String(line['msg'])), { after });
  const agentMs = processorMs(agent.daemon.pid) - cpu;
  const results = await Promise.all(pings.map(async (ping) => ping.stop()));
  const now = await puntsOf(centre);
  return {
    sent: flood.sent,
    seconds,
    answers: results.map(({ answers }) => answers),
    lost: results.map(({ lost }) => lost.length),
    agentMs,
    learnt: Number((await centre.api('GET', 'edge_hosts?limit=1'))['total_count']),
    flows: most - flowsBefore,
    punted: now.punted - punts.punted,
    handed: now.punted - punts.punted - (now.dropped - punts.dropped),
    flooded,
  };
}

/** Frames to be learnt that came to table PUNT, and how many of them the meters of the ports have dropped. */
async function puntsOf(centre: DataCentre): Promise<{ punted: number; dropped: number }> {
  const edge = centre.lab.host(EDGE);
  // Counters of flows are those of the last round.
  await edge.appctl('revalidator/wait');
  const flows = (await centre.flows(EDGE, 'table=80')).filter((flow) => flow.includes('reg6=0x1e/0xff'));
  const meters = new Set(flows.flatMap((flow) => /meter:(\d+)/.exec(flow)?.[1] ?? []));
  const stats = [...(await edge.ofctl('meter-stats')).matchAll(/meter[:=](\d+)[^]*?0: packet_count:(\d+)/g)];
  const dropped = stats.filter(([, meter]) => meters.has(meter!)).map(([, , count]) => Number(count));
  const punted = flows.map((flow) => Number(/n_packets=(\d+)/.exec(flow)![1]));
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);
  return { punted: sum(punted), dropped: sum(dropped) };
}
