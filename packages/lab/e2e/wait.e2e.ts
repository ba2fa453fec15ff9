import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataCentre } from './data-centre.ts';
import { declareMachine, LEGACY_SITE, mapVlans } from './edge-site.ts';
import { spray } from './spray.ts';
import { until } from './until.ts';

const PORT = 9_000;
/** So many that the switch needs a while to look at all of them after a change. */
const MEGAFLOWS = 5_000;

/** A datagram every millisecond, in which is when it was sent, in nanoseconds of the machine's clock. */
const SENDER = `
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    try: s.sendto(str(time.monotonic_ns()).encode(), (sys.argv[1], ${PORT}))
    except OSError: pass
    time.sleep(0.001)`;

const RECEIVER = `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('', ${PORT}))
print('listens', flush=True)
while True: print(s.recv(100).decode(), flush=True)`;

let centre: DataCentre;

beforeAll(async () => {
  centre = await DataCentre.up(LEGACY_SITE);
  await mapVlans(centre);
  await centre.api('DELETE', 'vlan_translations/vt-edge1x200?wait=flows&timeout=10');
  await declareMachine(centre, 'olda', 'a');
  await centre.reachedAfter('a2', '10.0.0.100');
  for (const name of ['b1', 'b2']) await spray(centre, name, MEGAFLOWS);
});

afterAll(async () => centre.down());

/** Two rounds of all switches over their caches: then nothing passes by flows that are no more, whatever `wait` says. */
async function certain(): Promise<void> {
  for (let round = 0; round < 2; round++) {
    await Promise.all(centre.lab.hosts.map(async (host) => host.appctl('revalidator/wait')));
  }
}

/**
 * Changes something while one machine sends to another.
 * @returns when datagrams that arrived were sent, in milliseconds: before the request, and after its answer
 */
async function duringChange(from: string, to: string, change: () => Promise<unknown>): Promise<[number[], number[]]> {
  const address = centre.lab.vm(to).address!.split('/')[0]!;
  const name = `wait-${from}-${to}-${runs++}`;
  const receiver = centre.lab.spawn(to, `${name}-to`, ['python3', '-c', RECEIVER]);
  await receiver.line((line) => line === 'listens');
  const sender = centre.lab.spawn(from, `${name}-from`, ['python3', '-c', SENDER, address]);
  const arrived = async (): Promise<number[]> =>
    [...(await receiver.output()).matchAll(/^\d+$/gm)].map(([sent]) => Number(sent) / 1e6);
  await until(async () => (await arrived()).length > 200, `datagrams from ${from} arrive at ${to}`);
  const asked = now();
  await change();
  const answered = now();
  await certain();
  await sender.kill();
  const sent = await arrived();
  await receiver.kill();
  return [
    sent.filter((at) => at < asked).map((at) => at - asked),
    sent.filter((at) => at > answered).map((at) => at - answered),
  ];
}

/** The clock of Python's `monotonic_ns`, in milliseconds. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

let runs = 0;
const request = async (method: string, path: string, body?: Record<string, unknown>): Promise<unknown> =>
  centre.api(method, `${path}?wait=flows&timeout=10`, body);
const filter = async (enabled: boolean): Promise<unknown> =>
  request('PUT', 'interfaces/if-a2', { ingress_filtering_enabled: enabled });
const GROUP = { uuid: 'sg-wait', display_name: 'wait', rules: `udp:${PORT}:10.0.0.0/24` };

/** The order counts: what the last ones remove stays removed. */
const CHANGES: readonly {
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly change: () => Promise<unknown>;
  readonly before?: () => Promise<unknown>;
  readonly again?: () => Promise<unknown>;
}[] = [
  {
    what: 'an interface becomes a filtered one',
    from: 'a1',
    to: 'a2',
    change: async () => filter(true),
    again: async () => filter(false),
  },
  {
    what: 'a rule that accepted the connection is removed',
    from: 'a3',
    to: 'a2',
    before: async () => {
      await centre.api('POST', 'security_groups', GROUP);
      await request('POST', 'interfaces/if-a2/security_groups/sg-wait');
      await filter(true);
    },
    change: async () => request('PUT', 'security_groups/sg-wait', { rules: '' }),
    again: async () => filter(false),
  },
  {
    what: 'a VLAN is no longer mapped',
    from: 'olda',
    to: 'a1',
    change: async () => request('DELETE', 'vlan_translations/vt-edge1x100'),
  },
  {
    what: 'the sender is deleted, through the command line',
    from: 'a1',
    to: 'a3',
    change: async () => centre.vnctl('interfaces', 'del', 'if-a1', '--wait'),
  },
];

describe(`what --wait promises, with ${MEGAFLOWS} other decisions in the cache of each switch`, () => {
  it.each(CHANGES)('not one datagram passes after the answer: $what', async ({ from, to, before, change, again }) => {
    await before?.();
    const [passed, late] = await duringChange(from, to, change);
    await again?.();
    expect(passed.length).toBeGreaterThan(100);
    expect(Math.max(...passed)).toBeGreaterThan(-100);
    expect(late).toEqual([]);
  });
});
