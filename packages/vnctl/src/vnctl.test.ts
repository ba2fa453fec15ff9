/** From the command line to the database: vnmgr on SQLite, vnapi and vnctl as the processes that operators run. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { BusClient } from '@vnet/bus';
import type { AgentHello, FromAgent, ToAgent } from '@vnet/model';

/** Of an agent that never says that it has applied anything. */
const hello: AgentHello = {
  type: 'hello',
  node_id: 'hv1',
  dpid: '0x000000000000000a',
  run: 'test',
  database: null,
  revision: null,
  scopes: [],
  subscription: 1,
};

const dir = mkdtempSync(join(tmpdir(), 'vnet-ctl-'));
const daemons: ChildProcess[] = [];
let api: string;

/** Programs run from their sources: no build is needed before the tests. */
function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const main = fileURLToPath(new URL(`../../${program}/src/main.ts`, import.meta.url));
  return spawn(process.execPath, ['--conditions=source', '--import', 'tsx', main, ...args], {
    env: { PATH: process.env['PATH'], HOME: dir, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** @returns the log line with `"msg":"ready"` */
async function startDaemon(program: string, args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const daemon = start(program, args);
  daemons.push(daemon);
  const lines: string[] = [];
  for await (const line of createInterface(daemon.stderr!)) {
    lines.push(line);
    const entry = JSON.parse(line) as Readonly<Record<string, unknown>>;
    if (entry['msg'] === 'ready') {
      daemon.stderr!.resume();
      return entry;
    }
  }
  throw new Error(`${program} did not become ready:\n${lines.join('\n')}`);
}

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function vnctl(line: string, env: NodeJS.ProcessEnv = { VNET_WEBAPI: api }, input = ''): Promise<Result> {
  const child = start('vnctl', line.split(' '), env);
  child.stdin!.end(input);
  const [out, err] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')]);
  return { code: child.exitCode, out, err };
}

/** What the API answers to a command that is expected to work. */
async function json(line: string): Promise<unknown> {
  const { code, out, err } = await vnctl(`-o json ${line}`);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as unknown;
}

/** Revision of the model, counted up by every write. */
async function revision(): Promise<string | null> {
  return (await fetch(`http://${api}/api/1.0/networks`)).headers.get('etag');
}

beforeAll(async () => {
  const bus = `ipc://${dir}/bus`;
  await startDaemon('vnmgr', ['--database', `sqlite:${dir}/vnet.db`, '--listen', bus]);
  const ready = await startDaemon('vnapi', ['--manager', bus, '--listen', '127.0.0.1:0']);
  api = new URL(String(ready['address'])).host;
}, 30_000);

afterAll(async () => {
  for (const daemon of daemons.reverse()) {
    const ended = once(daemon, 'exit');
    daemon.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  }
  rmSync(dir, { recursive: true });
});

describe('a model is built, looked at, changed and taken down', () => {
  test('networks', async () => {
    expect(
      await json('network add --uuid nw-web --display_name web --ipv4-network 10.1.0.7 --mode virtual'),
    ).toMatchObject({
      uuid: 'nw-web',
      display_name: 'web',
      ipv4_network: '10.1.0.0',
      ipv4_prefix: 24,
      mode: 'virtual',
      domain_name: 'web',
      deleted_at: null,
      is_deleted: 0,
    });
    expect(await json('networks modify nw-web --display-name shop')).toMatchObject({ display_name: 'shop' });
    expect(await json('networks show nw-web')).toMatchObject({ display_name: 'shop' });
    const { out } = await vnctl('networks show');
    expect(out.split('\n')[0]).toMatch(/^uuid +display_name +mode +ipv4_network +ipv4_prefix/);
    expect(out.split('\n')[1]).toMatch(/^nw-web +shop +virtual +10\.1\.0\.0 +24/);
  });

  test('datapaths and their networks', async () => {
    expect(await json('datapath add --uuid dp-1 --display-name one --node-id hv1 --dpid 0xA')).toMatchObject({
      dpid: '0x000000000000000a',
      node_id: 'hv1',
    });
    await json('network add --uuid nw-phys --ipv4-network 192.168.0.0 --mode physical');
    await json(
      'interface add --uuid if-hv1 --mode host --owner-datapath-uuid dp-1 --mac-address 02:00:00:00:00:01 ' +
        '--network-uuid nw-phys --ipv4-address 192.168.0.1 --port-name eth0',
    );
    await json('datapath networks add dp-1 nw-web --interface-uuid if-hv1 --mac-address 02:00:00:00:01:01');
    expect(await json('datapaths networks show dp-1')).toMatchObject({ total_count: 1, items: [{ uuid: 'nw-web' }] });
    expect((await vnctl('datapath network show dp-1')).out).toMatch(/^uuid.*\nnw-web /);
    expect(await json('datapath networks del dp-1 nw-web')).toEqual(['nw-web']);
  });

  test('interfaces with their leases', async () => {
    expect(
      await json(
        'interface add --uuid if-vm1 --mode vif --network-uuid nw-web --ipv4-address 10.1.0.10 ' +
          '--mac-address 02:00:00:00:02:01 --port-name vm1',
      ),
    ).toMatchObject({
      uuid: 'if-vm1',
      mac_address: '02:00:00:00:02:01',
      ipv4_address: '10.1.0.10',
      network_uuid: 'nw-web',
      mac_leases: [{ ip_leases: [{ ipv4_address: '10.1.0.10' }] }],
    });
    expect(
      await json('ip-lease add --uuid il-2 --interface-uuid if-vm1 --network-uuid nw-web --ipv4-address 10.1.0.11'),
    ).toMatchObject({
      ipv4_address: '10.1.0.11',
      interface_uuid: 'if-vm1',
    });
    expect(await json('interface ports show if-vm1')).toMatchObject({ items: [{ port_name: 'vm1' }] });
    expect((await vnctl('interface ports show if-vm1')).out).toMatch(/^interface_uuid +port_name.*\nif-vm1 +vm1 /);
    expect((await vnctl('interface show if-vm1')).out).toMatch(/^ports +vm1$/m);
    expect((await vnctl('show if-hv1')).out).toMatch(/^ports +\S+ on dp-1$/m);
    expect(await json('interfaces modify if-vm1 --enable-routing')).toMatchObject({ enable_routing: true });
    expect(await json('interfaces del if-vm1')).toEqual(['if-vm1']);
    expect(await json('ip_leases show')).toMatchObject({ total_count: 1 });
  });

  test('a change waits for the agents concerned', async () => {
    const { code, err } = await vnctl('network modify nw-web --display-name waited --wait');
    expect(code).toBe(0);
    expect(err).toMatch(/^in the switches of 0 agents after \d+ ms \(revision \d+\)\n$/);
  });

  test('a change that an agent does not get into its switch in time is late', async () => {
    const { id } = (await json('network show nw-web')) as { readonly id: number };
    const updates: ToAgent[] = [];
    const quiet = (): void => undefined;
    const agent = new BusClient<FromAgent, ToAgent>({
      endpoints: [`ipc://${dir}/bus`],
      log: { info: quiet, warn: quiet, error: quiet },
      onUp: () => agent.send({ ...hello, scopes: [`network/${id}`] }),
      onMessage: (message) => void updates.push(message),
    });
    await vi.waitFor(() => expect(updates).toHaveLength(1), 5_000);
    const { code, out, err } = await vnctl('network modify nw-web --display-name late --wait --timeout 0.2');
    agent.close();
    expect(code).toBe(3);
    expect(out).toContain('late');
    expect(err).toMatch(/^vnctl: changed, but not in every switch after 0\.2 s \(revision \d+\); behind: hv1\n {2}\S/);
  });

  test('yaml is what the API says, without Ruby symbols', async () => {
    expect((await vnctl('network show nw-web -o yaml')).out).toMatch(/^id: \d+\nuuid: nw-web\n/);
  });

  test('a model is exported, changed and applied; tree, show and history tell of it', async () => {
    const exported = await vnctl('export');
    const file = join(dir, 'model.yaml');
    writeFileSync(file, exported.out);
    expect((await vnctl(`apply -f ${file}`)).out).toMatch(/^0 to add, 0 to change, 0 to delete, \d+ unchanged\n$/);
    writeFileSync(file, exported.out.replace('display_name: late', 'display_name: applied'));
    const { code, out } = await vnctl(`apply -f ${file} --wait`);
    expect({ code, lines: out.split('\n') }).toEqual({
      code: 0,
      lines: [
        '~ networks nw-web: display_name "late" → "applied"',
        expect.stringMatching(/^0 to add, 1 to change, 0 to delete, \d+ unchanged$/),
        expect.stringMatching(/^done \(revision \d+\)$/),
        '',
      ],
    });
    expect((await vnctl('tree')).out).toContain('nw-web  "applied"  virtual  10.1.0.0/24');
    expect((await vnctl('show nw-web')).out).toMatch(/^uuid +nw-web\ndisplay_name +applied\n/);
    expect((await vnctl('history nw-web --limit 1')).out).toContain(
      '~ network nw-web: display_name "late" → "applied"',
    );
  }, 20_000);

  test('a batch goes on after a line that failed', async () => {
    const lines =
      '# comment\nnetwork show nw-none\nnetwork add --uuid nw-b --ipv4-network 10.2.0.0\nnetwork del nw-b\n';
    writeFileSync(join(dir, 'batch'), lines);
    const { code, out } = await vnctl(`batch ${join(dir, 'batch')}`);
    expect(code).toBe(1);
    expect(out).toMatch(/^BEGIN \(.*batch\)\n> network show nw-none\n> network add/);
    expect(out).toMatch(/> network del nw-b\nnw-b\nEOF\n$/);
    expect((await vnctl('batch', undefined, 'network show nw-web')).out).toContain(
      'BEGIN ()\n> network show nw-web\nuuid',
    );
  });
});

describe('what is refused says why, and nothing is written', () => {
  test.each([
    ['network show nw-none', 'UnknownUUIDResource', '100', 'Network#uuid: nw-none'],
    ['network show dp-1', 'InvalidUUID', '101', 'Network#uuid: dp-1'],
    ['network add --uuid nw-web --ipv4-network 10.9.0.0', 'DuplicateUUID', '102', 'nw-web'],
    ['network add --ipv4-network 10.0.0.256', 'ArgumentError', '110', 'ipv4_network: "10.0.0.256"'],
    ['network add --ipv4-network 10.0.0.0 --ipv4-prefix 33', 'ArgumentError', '110', 'ipv4_prefix'],
    ['network add --ipv4-network 10.0.0.0 --mode flat', 'ArgumentError', '110', 'mode: "flat"'],
    ['datapath add --display-name x --node-id x --dpid xyz', 'ArgumentError', '110', 'dpid: "xyz"'],
    [
      'mac-lease add --interface-uuid if-hv1 --mac-address 02:00:00:00:00:01',
      'ArgumentError',
      '110',
      '02:00:00:00:00:01',
    ],
    ['mac-lease add --interface-uuid if-none --mac-address 02:00:00:00:07:07', 'UnknownUUIDResource', '100', 'if-none'],
    [
      'ip-lease add --interface-uuid if-hv1 --network-uuid nw-web --ipv4-address 10.3.0.1',
      'ArgumentError',
      '110',
      '10.3.0.1',
    ],
  ])('%s', async (line, name, code, message) => {
    const before = await revision();
    const { code: exitCode, out, err } = await vnctl(`-o json ${line}`);
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toEqual({
      error: `Vnet::Endpoints::Errors::${name}`,
      message: expect.stringContaining(message) as string,
      code,
    });
    expect(err).toMatch(new RegExp(`^vnctl: ${name}: .*\n  \\S`));
    expect(await revision()).toBe(before);
  });

  test.each([
    ['network add', "required option '--ipv4-network <address>' not specified"],
    ['netwrok show', 'did you mean network?'],
    ['network show --limt 3', 'did you mean --limit?'],
  ])('%s is a mistake in usage', async (line, message) => {
    const { code, out, err } = await vnctl(line);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });

  test('a file that cannot be read', async () => {
    const { code, err } = await vnctl(`batch ${dir}`);
    expect({ code, err }).toEqual({
      code: 1,
      err: `vnctl: cannot read ${dir}: EISDIR: illegal operation on a directory, read\n`,
    });
  });

  test('an API that is not there', async () => {
    const { code, err } = await vnctl('network show', { VNET_WEBAPI: '127.0.0.1:9' });
    expect(code).toBe(1);
    expect(err).toMatch(/cannot reach the API at http:\/\/127\.0\.0\.1:9 \(.*\): start vnapi/);
  });
});
