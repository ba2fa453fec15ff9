import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Capture } from './capture.ts';
import { DataCentre } from './data-centre.ts';
import { datagram } from './frames.ts';
import { SteadyPing } from './steady-ping.ts';
import { TWO_TENANTS } from './tenants.ts';

/** What the switch hands to the agent from one port: packets per second, and at once. */
const RATE = 100;
const BURST = 50;

const FLOOD_SECONDS = 3;
const FLOOD_PER_SECOND = 2000;

/** Sends one frame again and again at a steady pace. */
const FLOODER = `
import socket, sys, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(('eth0', 0))
frame = bytes.fromhex(sys.stdin.read())
start, count = time.monotonic(), int(sys.argv[1])
for i in range(count):
    time.sleep(max(0, start + i / float(sys.argv[2]) - time.monotonic()))
    s.send(frame)
`;

let centre: DataCentre;

beforeAll(async () => {
  centre = await DataCentre.up(TWO_TENANTS);
});

afterAll(async () => centre.down());

it('a machine that floods with packets that need an answer gets some, and harms nobody', async () => {
  const { lab } = centre;
  const { mac: src, address } = lab.vm('b1');
  const frame = datagram(
    { src, dst: lab.vm('b3').mac, srcIp: address!, dstIp: lab.vm('b3').address! },
    'too big '.repeat(184),
  );
  await lab.vm('a1').setMtu(1500);
  await using answers = await Capture.on(lab.vm('b1'), 'eth0', 'icmp[icmptype] == icmp-unreach');
  const meter = await meterOf('hv1', 'b1');
  const pings = await Promise.all(['10.0.0.2', '10.0.0.3'].map(async (to) => SteadyPing.start(centre, 'a1', to)));

  const cpu = cpuSeconds(centre.agent('hv1').daemon.pid);
  const start = performance.now();
  const count = FLOOD_SECONDS * FLOOD_PER_SECOND;
  const flood = lab.exec('b1', ['python3', '-c', FLOODER, String(count), String(FLOOD_PER_SECOND)], {
    input: frame.toString('hex'),
  });
  const other = await centre.ping('a1', '10.0.0.3', { extra: ['-M', 'do', '-s', '1472'] });
  await flood;
  const seconds = (performance.now() - start) / 1000;

  expect(other.output, 'another machine is answered meanwhile').toMatch(/Frag needed and DF set \(mtu = 1458\)/);
  const results = await Promise.all(pings.map(async (ping) => ping.stop()));
  expect(results.map(({ lost }) => lost)).toEqual([[], []]);
  expect(answers.frames.length).toBeGreaterThan(BURST);
  expect(answers.frames.length).toBeLessThanOrEqual(BURST + RATE * (seconds + 1));
  expect((await meterOf('hv1', 'b1')).packets - meter.packets).toBe(count);
  expect((await meterOf('hv1', 'b1')).dropped - meter.dropped).toBeGreaterThan(count / 2);
  expect(cpuSeconds(centre.agent('hv1').daemon.pid) - cpu).toBeLessThan(seconds / 4);
});

/** The meter of a VM's port has the port's number. */
async function meterOf(host: string, port: string): Promise<{ packets: number; dropped: number }> {
  const number = await centre.lab.host(host).vsctl('get', 'interface', port, 'ofport');
  const stats = await centre.lab.host(host).ofctl('meter-stats', `meter=${number}`);
  const count = (text: string | undefined): number => Number(/packet_count:(\d+)/.exec(text ?? '')?.[1]);
  const [head, bands] = stats.split('bands:');
  return { packets: Number(/packet_in_count:(\d+)/.exec(head ?? '')?.[1]), dropped: count(bands) };
}

/** Processor time that a process has used. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
