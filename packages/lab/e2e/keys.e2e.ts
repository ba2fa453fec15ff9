import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandOf } from '../src/index.ts';
import { Capture } from './capture.ts';
import { DataCentre } from './data-centre.ts';
import { expectMatrix } from './matrix.ts';
import { Program } from './program.ts';
import { TWO_TENANTS } from './tenants.ts';
import { until } from './until.ts';

const MANAGER = 'tcp://10.1.0.2:9102';

let dir: string;
let centre: DataCentre;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'vnet-keys-'));
  const hosts = Object.keys(TWO_TENANTS.topology.hosts!);
  makeKeys(dir, ...hosts);
  makeKeys(join(dir, 'other-site'));
  makeKeys(join(dir, 'unknown'));
  copyFileSync(join(dir, 'manager.pub'), join(dir, 'unknown', 'manager.pub'));
  const handouts = Object.fromEntries(hosts.map((host) => [host, join(dir, 'handout', host)]));
  centre = await DataCentre.up({ ...TWO_TENANTS, listen: MANAGER, keys: { vnmgr: dir, ...handouts } });
});

afterAll(async () => {
  await centre.down();
  rmSync(dir, { recursive: true });
});

function makeKeys(...args: readonly string[]): void {
  const [program = '', ...words] = commandOf('vnmgr', 'keygen', ...args);
  execFileSync(program, words);
}

describe('with keys, over TCP across a network', () => {
  it('all agents take part', async () => {
    await expectMatrix(centre);
  });

  it('nothing of what they say can be read on the wire', async () => {
    await using wire = await Capture.on(centre.lab.node('manager'), 'eth0', 'tcp port 9102', 'inout');
    await centre.api('PUT', 'networks/nw-a?wait=flows', { display_name: 'a-name-to-look-for' });
    await until(() => wire.frames.length > 0, 'something passes');
    const bytes = Buffer.concat(wire.frames);
    for (const word of ['a-name-to-look-for', 'display_name', 'network', 'update']) {
      expect(bytes.includes(word), word).toBe(false);
    }
  });
});

describe.each([
  {
    name: 'without a key',
    options: (): readonly string[] => ['--insecure'],
    agent: /handshake failed .*do both sides use keys, and the right ones/,
    manager: /connection refused: .*do both sides use keys/,
  },
  {
    name: 'with a key that the manager does not know',
    options: (): readonly string[] => ['--keys', join(dir, 'unknown')],
    agent: /the manager refused our key: add it to its DIR.agents or DIR.clients/,
    manager: /connection refused: unknown public key; add it as agents/,
  },
  {
    name: 'with the keys of another site',
    options: (): readonly string[] => ['--keys', join(dir, 'other-site')],
    agent: /handshake failed .*do both sides use keys, and the right ones/,
    manager: /connection refused: .*do both sides use keys/,
  },
  {
    name: 'with the key of another host',
    options: (): readonly string[] => ['--keys', join(dir, 'handout', 'hv2')],
    agent: /the key of node hv2 may not speak for node hv1/,
    manager: /the key of node hv2 may not speak for node hv1/,
  },
])('an agent $name', ({ name, options, agent, manager }) => {
  it('is refused, which both logs say, and the machines of its host go on', async () => {
    const { lab, vnmgr } = centre;
    await centre.agent('hv1').stop();
    const mark = await vnmgr.mark();
    const { ovsdb } = lab.host('hv1');
    const command = commandOf('vna', '--node-id', 'hv1', '--manager', MANAGER, '--ovsdb', ovsdb, ...options());
    const stranger = new Program(() => lab.host('hv1').spawn(`vna ${name}`, command));
    await stranger.start();
    const { reason } = await stranger.message('no connection to the manager');
    expect(reason).toMatch(agent);
    await vnmgr.message((line) => manager.test(JSON.stringify(line)), { after: mark, timeout: 15_000 });
    expect((await stranger.lines()).map(({ msg }) => msg)).not.toContain('synced');
    expect(await centre.reaches('a1', '10.0.0.2')).toBe(true);
    // An attempt now and then, not as fast as it can.
    const complaints = (await vnmgr.lines()).filter((line) => manager.test(JSON.stringify(line)));
    expect(complaints.length).toBeLessThan(10);
    expect(await stranger.stop()).toEqual({ code: 0, signal: null });
    await centre.agent('hv1').start();
    await centre.agent('hv1').message('synced');
  });
});

describe('without keys, beyond this machine', () => {
  it.each([
    ['vna', ['--node-id', 'hv1', '--manager', MANAGER]],
    ['vnapi', ['--manager', MANAGER]],
    ['vnmgr', ['--listen', MANAGER, '--database', 'sqlite::memory:']],
  ] as const)('%s does not start, and says what to do', async (program, options) => {
    const result = await centre.lab.machine.exec(commandOf(program, ...options), { anyExit: true, timeout: 10_000 });
    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain('vnmgr keygen DIR');
    expect(result.stderr).toContain('--insecure');
  });
});
