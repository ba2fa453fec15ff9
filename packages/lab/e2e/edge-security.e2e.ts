import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Capture } from './capture.ts';
import { DataCentre } from './data-centre.ts';
import { declareMachine, LEGACY, LEGACY_SITE, mapVlan, mapVlans } from './edge-site.ts';
import { datagram, Sender } from './frames.ts';
import { SecurityChanges } from './security-changes.ts';
import { until } from './until.ts';

const PORT = 7001;
/** Both tenants' machines have it. */
const OLD = '10.0.0.100';

let centre: DataCentre;
let security: SecurityChanges;

beforeAll(async () => {
  centre = await DataCentre.up(LEGACY_SITE);
  await mapVlans(centre);
  security = new SecurityChanges(centre);
  for (const [machine, tenant] of [
    ['olda', 'a'],
    ['oldb', 'b'],
  ] as const) {
    await declareMachine(centre, machine, tenant);
    centre.lab.spawn(machine, 'echo', ['socat', `TCP4-LISTEN:${PORT},fork,reuseaddr`, 'EXEC:cat']);
    await centre.reachedAfter(`${tenant}3`, OLD);
  }
});

afterAll(async () => centre.down());

/** Whether an echo comes back over TCP. */
async function answers(from: string): Promise<boolean> {
  const way = `TCP4:${OLD}:${PORT},connect-timeout=0.5`;
  const { stdout } = await centre.lab.exec(from, ['socat', '-t', '0.5', '-', way], { input: 'echo', anyExit: true });
  return stdout === 'echo';
}

/** Who reaches the legacy machine of his tenant, and how. */
async function reached(...vms: readonly string[]): Promise<Readonly<Record<string, string>>> {
  await security.noticed();
  const ways = vms.map(async (vm) => {
    const [tcp, icmp] = await Promise.all([answers(vm), centre.reaches(vm, OLD)]);
    return [vm, [...(tcp ? ['tcp'] : []), ...(icmp ? ['icmp'] : [])].join(' ')] as const;
  });
  return Object.fromEntries(await Promise.all(ways));
}

/** Packets that were denied to an interface (`reg2`), or from it (`reg1`). */
async function denied(interfaceUuid: string, register = 'reg2'): Promise<number> {
  const { id } = await centre.api('GET', `interfaces/${interfaceUuid}`);
  const match = new RegExp(`${register}=0x${Number(id).toString(16)}\\b`);
  const flows = (await centre.flows('edge1', 'table=77')).filter((flow) => match.test(flow));
  return flows.reduce((sum, flow) => sum + Number(/n_packets=(\d+)/.exec(flow)?.[1]), 0);
}

describe('the security groups of a declared legacy machine', () => {
  it('let in what their rules allow, from the edge host, over MAC2MAC and through GRE, for each tenant', async () => {
    expect(await reached('a1', 'a2', 'a3', 'b1', 'b2', 'b3')).toEqual(
      Object.fromEntries(['a1', 'a2', 'a3', 'b1', 'b2', 'b3'].map((vm) => [vm, 'tcp icmp'])),
    );
    await security.group('sg-olda', `tcp:${PORT}:10.0.0.2`, 'icmp:-1:10.0.0.3');
    await security.group('sg-oldb', `tcp:${PORT}:10.0.0.1`, 'icmp:-1:10.0.0.2');
    await security.join('sg-olda', 'olda');
    await security.join('sg-oldb', 'oldb');
    expect(await reached('a1', 'a2', 'a3')).toEqual({ a1: '', a2: 'tcp', a3: 'icmp' });
    expect(await reached('b1', 'b2', 'b3')).toEqual({ b1: 'tcp', b2: 'icmp', b3: '' });
    expect(await denied('if-olda')).toBeGreaterThan(0);
  });

  it('are named by vnctl why, in both directions', async () => {
    const inward = (await centre.vnctl('why', 'if-a2', 'if-olda', `tcp:${PORT}`)).stdout;
    expect(inward).toContain(`if-a2 → if-olda tcp:${PORT}: allowed\n  sg-olda line 1: tcp:${PORT}:10.0.0.2`);
    expect((await centre.vnctl('why', 'if-a1', 'if-olda')).stdout).toContain('no rule of sg-olda allows it at if-olda');
    expect((await centre.vnctl('why', 'if-olda', 'if-a3')).stdout).toContain('if-olda → if-a3 icmp: allowed');
  });

  it('let answers in to what it asks', async () => {
    expect((await centre.ping('olda', '10.0.0.1', { count: 3 })).received).toBe(3);
    expect(await centre.reaches('a1', OLD)).toBe(false);
  });

  it('follow their rules while in use', async () => {
    await security.rules('sg-olda', 'icmp:-1:10.0.0.1');
    expect(await reached('a1', 'a2', 'a3')).toEqual({ a1: 'icmp', a2: '', a3: '' });
  });

  it('say what it may send', async () => {
    await security.rules('sg-olda', 'all:-1:0.0.0.0/0', 'egress icmp:-1:10.0.0.2');
    await security.noticed();
    expect(await centre.reaches('olda', '10.0.0.2')).toBe(true);
    expect(await centre.reaches('olda', '10.0.0.1')).toBe(false);
    // What it is asked it may answer.
    expect(await reached('a1', 'a3')).toEqual({ a1: 'tcp icmp', a3: 'tcp icmp' });
  });

  it('judge packets for its address in frames to all, too', async () => {
    const { mac: src } = centre.lab.vm('a2');
    const frame = (text: string): Buffer => {
      const ends = { src, dst: 'ff:ff:ff:ff:ff:ff', srcIp: '10.0.0.2', dstIp: OLD };
      return datagram(ends, text);
    };
    await using machine = await Capture.on(centre.lab.node('olda'), 'eth0', 'udp');
    const sender = new Sender(centre.lab.vm('a2'));
    await security.rules('sg-olda', 'udp:9:10.0.0.2');
    await security.noticed();
    const before = await denied('if-olda');
    sender.send([frame('denied')]);
    await until(async () => (await denied('if-olda')) > before, 'it is counted');
    await security.rules('sg-olda', 'udp:4000:10.0.0.2');
    await security.noticed();
    sender.send([frame('allowed')]);
    await machine.frame((each) => each.includes('allowed'), 'what is allowed arrives');
    sender.close();
    expect(machine.frames.filter((each) => each.includes('denied'))).toEqual([]);
  });

  it('tell its connections from those of another legacy machine in between two VLANs', async () => {
    await mapVlan(centre, 300, 'a');
    await security.rules('sg-olda', 'icmp:-1:10.0.0.101');
    const tor = centre.lab.node('tor') as unknown as { vsctl: (...args: string[]) => Promise<string> };
    await tor.vsctl('set', 'port', 'newa', 'tag=300');
    await centre.reachedAfter('newa', OLD);
    expect((await centre.ping('newa', OLD, { count: 3 })).received).toBe(3);
    await security.rules('sg-olda', 'icmp:-1:10.0.0.102');
    await security.noticed();
    expect(await centre.reaches('newa', OLD)).toBe(false);
  });

  it('are no matter for machines that nobody has declared', async () => {
    expect((await centre.ping('a3', LEGACY.newa.address, { count: 2 })).received).toBe(2);
  });
});

describe('a legacy machine with enable_filtering', () => {
  it('and no filter gets nothing at all and sends nothing, until a filter lets it', async () => {
    await security.leave('sg-olda', 'olda');
    expect(await reached('a2')).toEqual({ a2: 'tcp icmp' });
    await security.change('PUT', 'interfaces/if-olda', { enable_filtering: true });
    expect(await reached('a1', 'a2', 'a3')).toEqual({ a1: '', a2: '', a3: '' });
    await using vm = await Capture.on(centre.lab.vm('a2'), 'eth0');
    const before = await denied('if-olda', 'reg1');
    const ends = { src: LEGACY.olda.mac, dst: centre.lab.vm('a2').mac, srcIp: OLD, dstIp: '10.0.0.2' };
    const sender = new Sender(centre.lab.node('olda'));
    sender.send([datagram(ends, 'silenced')]);
    await until(async () => (await denied('if-olda', 'reg1')) > before, 'it is counted');
    sender.close();
    const filter = { uuid: 'fil-olda', interface_uuid: 'if-olda', mode: 'static' };
    await security.change('POST', 'filters', { ...filter, ingress_passthrough: true, egress_passthrough: true });
    expect(await reached('a2')).toEqual({ a2: 'tcp icmp' });
    expect(vm.frames.filter((frame) => frame.includes('silenced'))).toEqual([]);
  });
});
