import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BusServer, type Peer } from '@vnet/bus';
import type { AgentHello, AgentUpdate, FromAgent, RowPut, ToAgent } from '@vnet/model';
import {
  ETHERTYPE,
  IPV4_DEFAULTS,
  IP_PROTOCOL,
  TCP_FLAG,
  encodeEthernet,
  encodeIpv4,
  encodeTcp,
  ipv4PseudoHeader,
} from '@vnet/packet';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PrivateSwitch } from '../../openflow/test/private-switch.ts';
import { Agent } from './agent.ts';
import { dataCentre, type TestRow } from './compile/test-rows.ts';
import { securedDataCentre } from './compile/test-security-rows.ts';
import type { Log } from './log.ts';

interface Line {
  readonly level: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const PATIENCE = { timeout: 10_000, interval: 10 };
/** Looks again and again until there is an answer. */
const found = <T>(look: () => T): ReturnType<typeof vi.waitUntil<T>> => vi.waitUntil(look, PATIENCE);

const ofManager = (rows: readonly TestRow[]): readonly RowPut[] =>
  rows.filter(({ table }) => table !== 'self' && table !== 'port').map(({ table, row }) => ({ entity: table, row }));
const ROWS = ofManager(dataCentre());

/** Everything that a manager says, on a real bus: each hello is answered with all rows unless `answer` says otherwise. */
class Manager {
  readonly heard: FromAgent[] = [];
  rows: readonly RowPut[] = ROWS;
  /** Called instead of the ordinary answer to a hello. */
  answer: ((hello: AgentHello) => Partial<AgentUpdate> | undefined) | undefined;
  revision = 1;
  readonly #endpoint: string;
  #bus: BusServer<FromAgent, ToAgent> | undefined;
  #peer: Peer | undefined;
  #seq = 0;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  async open(): Promise<void> {
    this.#bus = await BusServer.open<FromAgent, ToAgent>({
      listen: [this.#endpoint],
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      onMessage: (peer, message) => this.#take(peer, message),
    });
  }

  async close(): Promise<void> {
    await this.#bus?.close();
    this.#bus = undefined;
  }

  of<T extends FromAgent['type']>(type: T): Extract<FromAgent, { type: T }>[] {
    return this.heard.filter((each): each is Extract<FromAgent, { type: T }> => each.type === type);
  }

  #take(peer: Peer, message: FromAgent): void {
    this.heard.push(message);
    if (message.type === 'hello') {
      this.#peer = peer;
      this.#seq = 0;
      const reset = message.revision === null;
      const ordinary = { reset, put: reset ? this.rows : [], subscription: message.subscription };
      const answer = this.answer ? this.answer(message) : ordinary;
      if (answer) this.update(answer);
    } else if (message.type === 'subscribe') this.update({ subscription: message.subscription });
  }

  update(values: Partial<AgentUpdate>): void {
    const { revision } = this;
    const update = { type: 'update', database: 'db', revision, reset: false, put: [], del: [], ...values } as const;
    this.#bus!.send(this.#peer!, { ...update, seq: ++this.#seq });
  }
}

let ovs: PrivateSwitch;
let dir: string;
let manager: Manager;
let lines: Line[];
let agents: Agent[];

const note =
  (level: string) =>
  (details: object, message: string): void =>
    void lines.push({ level, message, details: details as Line['details'] });
const log: Log = { debug: () => undefined, info: note('info'), warn: note('warn'), error: note('error') };
const said = (message: string): Line[] => lines.filter((line) => line.message === message);

function start(ovsdb = join(ovs.directory, 'db.sock')): Agent {
  const agent = new Agent({
    nodeId: 'node1',
    managers: [`ipc://${dir}/bus`],
    ovsdb: `unix:${ovsdb}`,
    bridge: ovs.bridge,
    openflow: ovs.target,
    stateDir: join(dir, 'state'),
    keys: undefined,
    insecure: false,
    log,
    onReady: () => log.info({}, 'ready'),
  });
  agents.push(agent);
  return agent;
}

beforeEach(async () => {
  ovs = await PrivateSwitch.start();
  const port = (name: string, ofport: number, ...more: string[]): string[] => [
    ...['--', 'add-port', 'br0', name],
    ...['--', 'set', 'interface', name, 'type=dummy', `ofport_request=${ofport}`, ...more],
  ];
  ovs.vsctl(
    ...['set', 'bridge', 'br0', 'other-config:datapath-id=0000000000000001'],
    ...port('eth0', 1, 'external_ids:vnet-uplink=true'),
    ...port('vm31', 31),
    ...port('vm41', 41),
  );
  dir = mkdtempSync(join(tmpdir(), 'vnet-agent-'));
  manager = new Manager(`ipc://${dir}/bus`);
  lines = [];
  agents = [];
});

afterEach(async () => {
  for (const agent of agents) await agent.close();
  await manager.close();
  await ovs.stop();
  rmSync(dir, { recursive: true });
});

const synced = (count = 1): Promise<Line> => found(() => said('synced')[count - 1]);
/** An agent that has caught up. */
const begun = (): Promise<Line> => {
  start();
  return synced();
};
/** The agent has ended, and its log is forgotten. */
async function stopped(): Promise<void> {
  await agents.at(-1)!.close();
  lines.length = 0;
}
const counted = (): number => ovs.dumpFlows().length;
/** Lets a frame come in to a port of the switch. */
function receive(port: string, frame: string): void {
  const control = readdirSync(ovs.directory).find((file) => /^ovs-vswitchd\..*ctl$/.test(file))!;
  execFileSync('ovs-appctl', ['-t', join(ovs.directory, control), 'netdev-dummy/receive', port, frame]);
}

describe('the agent', () => {
  it('writes first flows only, and removes nothing, until it has a whole view', async () => {
    ovs.ofctl('add-flow', 'table=40,priority=7,actions=drop');
    manager.answer = () => undefined;
    await manager.open();
    start();
    await found(() => said('ready')[0]);
    expect(ovs.dumpFlows()).toContainEqual(expect.stringContaining('in_port=LOCAL actions=output:'));
    expect(ovs.dumpFlows()).toContainEqual(expect.stringMatching(/table=40, priority=7 /));
    expect(ovs.dumpFlows().join('\n')).not.toMatch(/table=20, priority=100/);
    manager.update({ reset: true, put: ROWS, subscription: manager.of('hello').at(-1)!.subscription });
    const { details } = await synced();
    expect(details['flows']).toBe(counted());
    expect(ovs.dumpFlows().join('\n')).not.toContain('priority=7 ');
    expect(said('flows of others are removed: the bridge is the agent’s')).toHaveLength(1);
  });

  it('changes nothing when it starts again, and asks only for what it has missed', async () => {
    await manager.open();
    await begun();
    await stopped();
    manager.heard.length = 0;
    // The late database makes sure that the manager is there first.
    const late = join(dir, 'late.sock');
    start(late);
    await found(() => said('manager connected')[0]);
    symlinkSync(join(ovs.directory, 'db.sock'), late);
    const { details } = await synced();
    expect(details['changed']).toBe(0);
    expect(manager.of('hello').map(({ revision }) => revision)).toEqual([1]);
    expect(manager.of('subscribe')).toEqual([]);
  });

  it('writes everything again when the switch has lost it', async () => {
    await manager.open();
    const { details } = await begun();
    await ovs.killDaemon();
    await ovs.startDaemon();
    const again = await synced(2);
    expect(again.details).toMatchObject({ revision: 1, flows: details['flows'], changed: details['flows'] });
    expect(counted()).toBe(details['flows']);
  });

  it('goes by what it saved when no manager answers', async () => {
    await manager.open();
    const { details } = await begun();
    await stopped();
    await manager.close();
    ovs.ofctl('del-flows');
    start();
    const alone = await found(() => said('the saved state is in the switch')[0]);
    expect(alone.details).toMatchObject({ revision: 1, flows: details['flows'] });
    expect(counted()).toBe(details['flows']);
  });

  it.each([
    ['without rows', { put: undefined }],
    ['with a row that is none', { put: [{ entity: 'network', row: null }] }],
    ['with rows that are a number', { put: 7 }],
  ])('gives up the connection, and nothing else, for an update %s', async (_, bad) => {
    await manager.open();
    await begun();
    const flows = counted();
    manager.update({ revision: 2, ...bad } as never);
    await found(() => manager.of('hello')[1]);
    await synced(2);
    expect(counted()).toBe(flows);
  });

  it('says which unit could not use a row, and goes on with the others', async () => {
    await manager.open();
    await begun();
    const lease = ROWS.find(({ entity, row }) => entity === 'mac_lease' && row.id === 41)!;
    const bad = { entity: 'mac_lease', row: { ...lease.row, mac_address: 'nonsense' } };
    manager.revision = 2;
    manager.update({ put: [bad] });
    await synced(2);
    expect(said('the pipeline contradicts itself').length).toBeGreaterThan(0);
    expect(ovs.dumpFlows().join('\n')).toContain('dl_src=0a:00:00:00:00:1f');
    manager.revision = 3;
    manager.update({ put: [lease] });
    await synced(3);
    expect(ovs.dumpFlows().join('\n')).toContain('dl_src=0a:00:00:00:00:29');
  });

  it('survives a machine whose oversized packets are malformed', async () => {
    await manager.open();
    await begun();
    const ethernet = '0a0000000021' + '0a000000001f' + '0800';
    const badChecksum = '450005dc00000000' + '4011' + 'dead' + '0a000001' + '0a000003';
    const frame = ethernet + badChecksum + '00'.repeat(1480);
    receive('vm31', frame);
    const punted = await found(() =>
      ovs
        .ofctl('dump-flows', 'table=80')
        .split('\n')
        .find((line) => /n_packets=[1-9]/.test(line)),
    );
    expect(punted).toContain('meter:31');
    manager.revision = 2;
    manager.update({});
    expect((await synced(2)).details['revision']).toBe(2);
  });
});

describe('the agent of machines with filters and security groups', () => {
  beforeEach(async () => {
    manager.rows = ofManager(securedDataCentre());
    await manager.open();
  });

  /** The first packet of a connection from 10.0.0.3, a member of sg-db, to the local member of sg-web. */
  function syn(dstPort: number): string {
    const [src, dst] = [0x0a000003, 0x0a000001];
    const tcp = encodeTcp(
      {
        srcPort: 1024,
        dstPort,
        sequence: 1,
        acknowledgment: 0,
        flags: TCP_FLAG.syn,
        window: 1024,
        urgentPointer: 0,
        options: Buffer.alloc(0),
        payload: Buffer.alloc(0),
      },
      ipv4PseudoHeader(src, dst),
    );
    const payload = encodeIpv4({ ...IPV4_DEFAULTS, src, dst, protocol: IP_PROTOCOL.tcp, payload: tcp });
    const ends = { dst: 0x0a000000001f, src: 0x0a0000000021 };
    return encodeEthernet({ ...ends, vlans: [], etherType: ETHERTYPE.ipv4, payload }).toString('hex');
  }

  it('follows the groups of its interfaces, and those that their rules name', async () => {
    await begun();
    const scopes = manager.of('subscribe').flatMap(({ add }) => add);
    expect(scopes.filter((scope) => scope.startsWith('group/')).sort()).toEqual(['group/1', 'group/2', 'group/sg-db']);
  });

  it('judges what comes in, and counts it by rule', async () => {
    await begun();
    receive('eth0', syn(8080));
    receive('eth0', syn(8081));
    const [agent] = agents;
    const rule = async (): Promise<object | undefined> => {
      const stats = await agent!.ruleStats('sg-web');
      const counted = stats?.rules.find(({ line }) => line === 3);
      return counted?.connections === 1 && stats?.denied[0]?.packets === 1 ? counted : undefined;
    };
    expect(await found(rule)).toMatchObject({ rule: 'tcp:8000-8080:sg-db', connections: 1, packets: 1 });
    expect(await agent!.ruleStats('sg-none')).toBeUndefined();
  });

  it('tracks connections in the same zones when it starts again', async () => {
    await begun();
    await stopped();
    start();
    expect((await synced()).details['changed']).toBe(0);
  });

  it('lets rules see the ports of first fragments', async () => {
    await begun();
    await found(() => ovs.ofctl('get-frags').includes('nx-match'));
  });
});
