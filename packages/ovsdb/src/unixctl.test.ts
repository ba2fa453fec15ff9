import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PrivateServer } from '../test/private-server.ts';
import { controlSocket, OvsdbConnectionError, OvsdbError, unixctl } from './index.ts';

let server: PrivateServer;

beforeEach(async () => {
  server = new PrivateServer();
  await server.start();
});

afterEach(() => server.remove());

describe('unixctl', () => {
  it('gives the answer of a command', async () => {
    expect(await unixctl(server.control, 'version')).toContain('Open vSwitch');
    expect(await unixctl(server.control, 'ovsdb-server/list-dbs')).toContain('Open_vSwitch');
  });

  it('passes arguments', async () => {
    await unixctl(server.control, 'vlog/set', ['jsonrpc:console:dbg']);
    expect(await unixctl(server.control, 'vlog/list')).toMatch(/jsonrpc +DBG/);
  });

  it('says what the daemon refused', async () => {
    const refused = unixctl(server.control, 'tnl/neigh/set', ['br0']);
    await expect(refused).rejects.toBeInstanceOf(OvsdbError);
    await expect(refused).rejects.toThrow('tnl/neigh/set: "tnl/neigh/set" is not a valid command');
  });

  it('fails when nobody is there or nobody answers', async () => {
    await expect(unixctl(join(server.dir, 'none.ctl'), 'version')).rejects.toBeInstanceOf(OvsdbConnectionError);
    const path = join(server.dir, 'mute.ctl');
    const mute = createServer().listen(path);
    await expect(unixctl(path, 'version', [], 20)).rejects.toThrow('no answer to version within 20 ms');
    mute.close();
  });
});

describe('controlSocket', () => {
  it('is named after the pid of the daemon', async () => {
    writeFileSync(join(server.dir, 'ovs-vswitchd.pid'), '4711\n');
    expect(await controlSocket(server.dir)).toBe(join(server.dir, 'ovs-vswitchd.4711.ctl'));
  });

  it('is not found where no daemon runs', async () => {
    await expect(controlSocket(server.dir)).rejects.toThrow('ovs-vswitchd does not run there');
    rmSync(server.dir, { recursive: true });
    await expect(controlSocket(server.dir)).rejects.toBeInstanceOf(OvsdbConnectionError);
  });
});
