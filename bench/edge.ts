/**
 * TCP between a virtual machine and a legacy machine: through the edge, and through the same switches as plain VLAN switches
 * (action NORMAL, the VM's port an access port with the same tag). Userspace datapath; iperf3.
 */
import { DataCentre } from '../packages/lab/e2e/data-centre.ts';
import { declareMachine, LEGACY_SITE, mapVlans, TRUNK } from '../packages/lab/e2e/edge-site.ts';
import { Lab } from '../packages/lab/src/index.ts';
import { compare } from './report.ts';

const ROUNDS = 5;
const SECONDS = 2;
const MTU = 1_458;
const VMS = { a1: 'on the edge host', a2: 'on a neighbour' } as const;
const LEGACY_MACHINE = 'olda';

/** Megabits per second, of several rounds. */
async function throughput(lab: Lab, vm: string): Promise<number[]> {
  const figures: number[] = [];
  const argv = ['iperf3', '-c', '10.0.0.100', '-t', String(SECONDS), '-J'];
  for (let i = 0; i < ROUNDS; i++) {
    const { stdout } = await lab.exec(vm, argv);
    const { end, error } = JSON.parse(stdout) as {
      end: { sum_received?: { bits_per_second: number } };
      error?: string;
    };
    if (!end.sum_received) throw new Error(`iperf3 in ${vm}: ${error}`);
    figures.push(end.sum_received.bits_per_second / 1e6);
  }
  return figures;
}

async function measure(lab: Lab): Promise<Map<string, number[]>> {
  for (const machine of [...Object.keys(VMS), LEGACY_MACHINE]) {
    await lab.exec(machine, ['ip', 'link', 'set', 'eth0', 'mtu', String(MTU)]);
  }
  const server = lab.spawn(LEGACY_MACHINE, 'iperf3', ['iperf3', '-s', '--forceflush']);
  await server.line((line) => line.includes('Server listening'));
  const figures = new Map<string, number[]>();
  // The switches learn where everyone is.
  for (const vm of Object.keys(VMS)) await lab.exec(vm, ['ping', '-c', '3', '-i', '0.2', '10.0.0.100']);
  for (const vm of Object.keys(VMS)) figures.set(vm, await throughput(lab, vm));
  return figures;
}

async function throughVnet(): Promise<Map<string, number[]>> {
  await using centre = await DataCentre.up(LEGACY_SITE);
  await mapVlans(centre);
  await declareMachine(centre, LEGACY_MACHINE, 'a');
  await centre.reachedAfter('a2', '10.0.0.100');
  return await measure(centre.lab);
}

async function throughVlans(): Promise<Map<string, number[]>> {
  await using lab = await Lab.up(LEGACY_SITE.topology);
  for (const [name, host] of [
    ['a1', 'edge1'],
    ['a2', 'hv2'],
  ] as const) {
    await lab.host(host).vsctl('set', 'port', name, 'tag=100');
  }
  await lab.host('edge1').vsctl('set', 'port', TRUNK, 'trunks=100');
  return await measure(lab);
}

const ours = await throughVnet();
const theirs = await throughVlans();
for (const [vm, where] of Object.entries(VMS)) {
  const rate = (all: Map<string, number[]>): number[] => all.get(vm)!;
  compare(`legacy machine ↔ VM ${where}, Mbit/s`, rate(ours), 'VLAN switches', rate(theirs), 0.8);
}
process.exit();
