/**
 * What security groups cost on the wire: throughput and connections per second between two machines of one host, in turn
 * with the same machines without groups, and with a bare Open vSwitch that has the same conntrack actions and nothing else.
 * Also how many megaflows 1,000 connections through 100 rules take.
 */
import { Lab, type Host } from '../packages/lab/src/index.ts';
import { DataCentre } from '../packages/lab/e2e/data-centre.ts';
import { until } from '../packages/lab/e2e/until.ts';
import { compare } from './report.ts';

const ROUNDS = 3;
const SECONDS = 2;
const RULES = 100;
const FIRST_PORT = 7001;
const CONNECTIONS = 1_000;

const TOPOLOGY = {
  segments: { rack1: {} },
  hosts: { hv1: { segment: 'rack1', address: '10.1.0.11/24' } },
  vms: {
    a1: { host: 'hv1', address: '10.0.0.1/24', mac: '02:0a:00:00:00:01' },
    a2: { host: 'hv1', address: '10.0.0.2/24', mac: '02:0a:00:00:00:02' },
  },
};

/** Accepts and closes; with an argument it keeps them, on that many ports. */
const SERVER = `
import selectors, socket, sys
first, count, keep = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == 'keep'
ready, kept = selectors.DefaultSelector(), []
for port in range(first, first + count):
    server = socket.create_server(('', port), backlog=1024)
    ready.register(server, selectors.EVENT_READ)
while True:
    for key, _ in ready.select():
        connection, _ = key.fileobj.accept()
        kept.append(connection) if keep else connection.close()`;

/** Connects and resets for some seconds, one after the other, so that no port waits to be free; prints how many a second. */
const CONNECTOR = `
import socket, struct, sys, time
end, count = time.monotonic() + float(sys.argv[3]), 0
while time.monotonic() < end:
    connection = socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    connection.close()
    count += 1
print(count / float(sys.argv[3]))`;

/** Opens connections to many ports in turn, and keeps them until it is ended. */
const KEEPER = `
import socket, sys, time
address, first, ports, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
kept = [socket.create_connection((address, first + i % ports), 5) for i in range(count)]
print('open', flush=True)
while True:
    for each in kept: each.send(b'x')
    time.sleep(0.2)`;

const ONCE = FIRST_PORT + RULES;

interface Figures {
  readonly throughput: number[];
  readonly connections: number[];
}
const figures = (): Figures => ({ throughput: [], connections: [] });

async function serve(lab: Lab): Promise<void> {
  lab.spawn('a1', 'iperf3', ['iperf3', '-s', '-p', String(FIRST_PORT)]);
  lab.spawn('a1', 'server', ['python3', '-c', SERVER, String(ONCE), '1', 'close']);
  await until(async () => (await lab.exec('a1', ['ss', '-ltn'])).stdout.includes(`:${ONCE}`), 'the servers listen');
}

async function measure(lab: Lab, { throughput, connections }: Figures): Promise<void> {
  const iperf = ['iperf3', '-c', '10.0.0.1', '-p', String(FIRST_PORT), '-t', String(SECONDS), '-J'];
  const { end } = JSON.parse((await lab.exec('a2', iperf)).stdout) as {
    end: { sum_received: { bits_per_second: number } };
  };
  throughput.push(end.sum_received.bits_per_second / 1e9);
  const connector = ['python3', '-c', CONNECTOR, '10.0.0.1', String(ONCE), String(SECONDS)];
  connections.push(Number((await lab.exec('a2', connector)).stdout));
}

/** The datapath's flows, by the control socket of the switch. */
async function megaflows(host: Host): Promise<number> {
  const directory = host.ovsdb.replace(/^unix:/, '').replace(/\/[^/]*$/, '');
  const command = `ovs-appctl -t "$(ls ${directory}/ovs-vswitchd*.ctl)" dpctl/dump-flows`;
  return (await host.exec(['sh', '-c', command])).stdout.split('\n').filter((line) => line.includes('actions:')).length;
}

/** Tracks what goes to one machine in a zone, commits what is new, and nothing else. */
const BARE_FLOWS = [
  'table=0,priority=10,actions=NORMAL',
  'table=0,priority=20,ip,actions=ct(zone=1,table=1)',
  'table=1,priority=20,ip,ct_state=+trk+inv,actions=drop',
  'table=1,priority=10,ip,ct_state=+trk+new,actions=ct(commit,zone=1),NORMAL',
  'table=1,priority=10,ip,ct_state=+trk+est,actions=NORMAL',
];

const [off, on, bare] = [figures(), figures(), figures()];

await using centre = await DataCentre.up({ topology: TOPOLOGY, tenants: { a: ['a1', 'a2'] } });
const { lab } = centre;
const rules = Array.from({ length: RULES + 1 }, (_, i) => `tcp:${FIRST_PORT + i}:10.0.0.0/24`).join('\n');
await centre.api('POST', 'security_groups', { uuid: 'sg-bench', display_name: 'bench', rules });
await centre.api('POST', 'interfaces/if-a1/security_groups/sg-bench');
await serve(lab);
const filter = async (enabled: boolean): Promise<unknown> =>
  centre.api('PUT', 'interfaces/if-a1?wait=flows&timeout=10', { ingress_filtering_enabled: enabled });

const plain = await Lab.up(TOPOLOGY);
try {
  for (const flow of BARE_FLOWS) await plain.host('hv1').ofctl('add-flow', flow);
  await serve(plain);
  for (let round = 0; round < ROUNDS; round++) {
    await filter(false);
    await measure(lab, off);
    await filter(true);
    await measure(lab, on);
    await measure(plain, bare);
  }
} finally {
  await plain.down();
}
compare('throughput with groups, Gbit/s', on.throughput, 'without', off.throughput, 0.8);
compare('throughput with groups, Gbit/s', on.throughput, 'bare conntrack', bare.throughput, 1);
compare('connections per second with groups', on.connections, 'without', off.connections, 0.8);
compare('connections per second with groups', on.connections, 'bare conntrack', bare.connections, 1);

const ports = [FIRST_PORT + 1, RULES - 1].map(String);
lab.spawn('a1', 'keeper', ['python3', '-c', SERVER, ...ports, 'keep']);
await until(
  async () => (await lab.exec('a1', ['ss', '-ltn'])).stdout.includes(`:${FIRST_PORT + RULES - 1}`),
  'the keeper listens',
);
const before = await megaflows(lab.host('hv1'));
const keeper = lab.spawn('a2', 'connections', ['python3', '-c', KEEPER, '10.0.0.1', ...ports, String(CONNECTIONS)]);
await until(async () => (await keeper.output()).includes('open'), 'the connections are open', 60_000);
const after = await megaflows(lab.host('hv1'));
console.log(`${CONNECTIONS} connections through ${RULES - 1} rules: ${after - before} megaflows more`);
