/**
 * TCP between a virtual machine and a legacy machine: through the edge, in turn with the same switches as plain VLAN switches
 * (action NORMAL, the VM's port an access port with the same tag). Userspace datapath; iperf3.
 *
 * Seconds depend on who else uses the machine. What the switches of the hosts spend on a packet hardly does, and what the
 * edge host's datapath does with one not at all: both are printed too.
 */
import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { DataCentre } from '../packages/lab/e2e/data-centre.ts';
import { declareMachine, LEGACY, LEGACY_SITE, mapVlans, TRUNK } from '../packages/lab/e2e/edge-site.ts';
import { Lab } from '../packages/lab/src/index.ts';
import { processorMs } from '../packages/lab/e2e/processor.ts';
import { compare } from './report.ts';

const ROUNDS = 7;
const SECONDS = 2;
const MTU = 1_458;
const EDGE = 'edge1';
const VMS = { a1: 'on the edge host', a2: 'on a neighbour' } as const;
const LEGACY_MACHINE = 'olda';
const ADDRESS = LEGACY[LEGACY_MACHINE].address.split('/')[0]!;

interface Figures {
  readonly rate: number[];
  readonly processor: number[];
}
const figures = (): Figures => ({ rate: [], processor: [] });

/** Makes the machines ready; afterwards the switches know where everyone is. */
async function prepare(lab: Lab): Promise<void> {
  for (const machine of [...Object.keys(VMS), LEGACY_MACHINE]) {
    await lab.exec(machine, ['ip', 'link', 'set', 'eth0', 'mtu', String(MTU)]);
  }
  const server = lab.spawn(LEGACY_MACHINE, 'iperf3', ['iperf3', '-s', '--forceflush']);
  await server.line((line) => line.includes('Server listening'));
  for (const vm of Object.keys(VMS)) await lab.exec(vm, ['ping', '-c', '3', '-i', '0.2', ADDRESS]);
}

/** One run: megabits per second, and microseconds that the switches of the hosts on the way spent on a packet. */
async function measure(lab: Lab, vm: string, { rate, processor }: Figures): Promise<void> {
  const hosts = [...new Set([EDGE, lab.vm(vm).host])].map((name) => lab.host(name));
  const pids = await Promise.all(hosts.map(async ({ paths }) => Number(await readFile(paths.switchPid, 'utf8'))));
  const spentSoFar = (): number => pids.reduce((sum, pid) => sum + processorMs(pid), 0);
  const packets = async (): Promise<number> => {
    const stats = await lab.host(EDGE).appctl('dpif-netdev/pmd-stats-show');
    return Number(/packets received: (\d+)/.exec(stats)![1]);
  };
  const before = { packets: await packets(), ms: spentSoFar() };
  const { stdout } = await lab.exec(vm, ['iperf3', '-c', ADDRESS, '-t', String(SECONDS), '-J']);
  const spent = spentSoFar() - before.ms;
  const { end, error } = JSON.parse(stdout) as {
    end: { sum_received?: { bits_per_second: number } };
    error?: string;
  };
  if (!end.sum_received) throw new Error(`iperf3 in ${vm}: ${error}`);
  rate.push(end.sum_received.bits_per_second / 1e6);
  processor.push((1_000 * spent) / ((await packets()) - before.packets));
}

/** What the edge host's datapath does with the packets of a VM and the legacy machine, there and back. */
async function actions(lab: Lab, vm: keyof typeof VMS): Promise<string> {
  const { mac } = LEGACY_SITE.topology.vms![vm]!;
  const dump = (await lab.host(EDGE).appctl('dpctl/dump-flows')).split('\n');
  const of = (source: string, target: string): string => {
    const ends = [`src=${source}`, `dst=${target}`, 'eth_type(0x0800)'];
    const flow = dump.find((line) => ends.every((each) => line.includes(each)));
    return flow?.replace(/^.*actions:/, '').replace(/userspace\(.*?\)\)/, 'agent') ?? 'none';
  };
  return `${of(mac!, LEGACY[LEGACY_MACHINE].mac)} | ${of(LEGACY[LEGACY_MACHINE].mac, mac!)}`;
}

const load = loadavg()[0]!;
await using centre = await DataCentre.up(LEGACY_SITE);
await mapVlans(centre);
await declareMachine(centre, LEGACY_MACHINE, 'a');
await centre.reachedAfter('a2', ADDRESS);
const vnet = centre.lab;

await using vlans = await Lab.up(LEGACY_SITE.topology);
for (const [name, host] of [
  ['a1', EDGE],
  ['a2', 'hv2'],
] as const) {
  await vlans.host(host).vsctl('set', 'port', name, 'tag=100');
}
await vlans.host(EDGE).vsctl('set', 'port', TRUNK, 'trunks=100');

await prepare(vnet);
await prepare(vlans);
for (const vm of ['a1', 'a2'] as const) {
  const [ours, theirs] = [figures(), figures()];
  for (let round = 0; round < ROUNDS; round++) {
    const turns = [() => measure(vnet, vm, ours), () => measure(vlans, vm, theirs)];
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  const what = `legacy machine ↔ VM ${VMS[vm]}`;
  compare(`${what}, Mbit/s`, ours.rate, 'VLAN switches', theirs.rate, 0.95);
  compare(
    `${what}, processor µs of the switches for a packet`,
    ours.processor,
    'VLAN switches',
    theirs.processor,
    1.05,
  );
  console.log(`  datapath actions, there | back: ${await actions(vnet, vm)}`);
  console.log(`  VLAN switches:                  ${await actions(vlans, vm)}`);
}
console.log(`load of the machine before and at the end: ${load.toFixed(1)}, ${loadavg()[0]!.toFixed(1)}`);
process.exit();
