import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Lab, NameTakenError } from '../src/index.ts';
import { startOf } from '../src/lab/processes.ts';
import { recordDir } from '../src/lab/registry.ts';
import { ONE_HOST, THREE_HOSTS } from './topologies.ts';

/** Long enough for a busy machine. */
const WITHIN = { timeout: 10_000 };

function namespacesOf(id: string): readonly string[] {
  return readdirSync('/run/netns').filter((name) => name.startsWith(`vnet-${id}-`));
}

async function reaches(lab: Lab, from: string, address: string): Promise<boolean> {
  const { code } = await lab.exec(from, ['ping', '-c', '3', '-i', '0.1', '-W', '1', address], { anyExit: true });
  return code === 0;
}

describe('a lab of three hosts and six VMs', () => {
  let lab: Lab;
  let upMs = 0;

  beforeAll(async () => {
    const start = performance.now();
    lab = await Lab.up(THREE_HOSTS);
    upMs = performance.now() - start;
  });

  afterAll(async () => lab.down());

  it('is up in less than five seconds', () => {
    expect(upMs).toBeLessThan(5000);
  });

  it.each([
    ['hv1', '10.1.0.12', 'within a segment'],
    ['hv1', '10.2.0.13', 'across the router'],
    ['hv3', '10.1.0.2', 'to the manager'],
    ['vm1', '10.0.0.2', 'between VMs of a host'],
    ['vm1', '10.0.0.3', 'between VMs of two hosts, as long as no agent separates them'],
  ])('%s reaches %s: %s', async (from, address) => {
    expect(await reaches(lab, from, address)).toBe(true);
  });

  it('carries TCP', async () => {
    const server = lab.spawn('hv2', 'tcp', ['socat', '-u', 'OPEN:/etc/os-release', 'TCP-LISTEN:7000,reuseaddr']);
    await vi.waitFor(async () => {
      const { stdout } = await lab.exec('hv3', ['socat', '-u', 'TCP:10.1.0.12:7000,connect-timeout=1', '-']);
      expect(stdout).toContain('VERSION');
    }, WITHIN);
    expect((await server.exited).code).toBe(0);
  });

  it('has the datapath id and MAC that it says, on a bridge whose uplink is marked', async () => {
    const host = lab.host('hv1');
    expect(await host.vsctl('get', 'bridge', 'br0', 'datapath_id')).toBe(`"${host.identity.dpid.slice(2)}"`);
    const { stdout } = await host.exec(['cat', '/sys/class/net/br0/address']);
    expect(stdout.trim()).toBe(host.identity.mac);
    expect(await host.vsctl('get', 'interface', 'eth0', 'external_ids')).toBe('{vnet-uplink="true"}');
    expect(await host.ofctl('show')).toContain('vm1');
  });

  it('moves a VM with its device, its address and its connections to another host', async () => {
    expect(await reaches(lab, 'vm2', '10.0.0.4')).toBe(true);
    await lab.move('vm2', 'hv2');
    expect(await lab.host('hv1').vsctl('list-ports', 'br0')).not.toContain('vm2');
    expect(await lab.host('hv2').vsctl('list-ports', 'br0')).toContain('vm2');
    expect(lab.vm('vm2').host).toBe('hv2');
    await vi.waitFor(async () => expect(await reaches(lab, 'vm2', '10.0.0.4')).toBe(true), WITHIN);
    await lab.move('vm2', 'hv1');
    expect(lab.vm('vm2').host).toBe('hv1');
    // It has to speak first: no agent tells the switches where it went.
    await vi.waitFor(async () => expect(await reaches(lab, 'vm2', '10.0.0.1')).toBe(true), WITHIN);
  });

  it('takes a port away and puts it back', async () => {
    await lab.unplug('vm1');
    expect(await reaches(lab, 'vm1', '10.0.0.2')).toBe(false);
    await lab.plug('vm1');
    await vi.waitFor(async () => expect(await reaches(lab, 'vm1', '10.0.0.2')).toBe(true), WITHIN);
  });

  it.each([{ carrier: false }, { carrier: true }])('cuts and heals a line ($carrier carrier)', async (options) => {
    await lab.cut('hv2', options);
    expect(await reaches(lab, 'hv1', '10.1.0.12')).toBe(false);
    const { stdout } = await lab.exec('hv2', ['cat', '/sys/class/net/eth0/carrier']);
    expect(stdout.trim()).toBe(options.carrier ? '1' : '0');
    await lab.heal('hv2');
    await vi.waitFor(async () => expect(await reaches(lab, 'hv1', '10.1.0.12')).toBe(true), WITHIN);
  });

  it('starts a killed ovs-vswitchd again, with the address on the local port', async () => {
    const host = lab.host('hv3');
    await host.killSwitch();
    expect(await reaches(lab, 'hv1', '10.2.0.13')).toBe(false);
    await host.startSwitch();
    await vi.waitFor(async () => expect(await reaches(lab, 'hv1', '10.2.0.13')).toBe(true), WITHIN);
  });

  it('says what a daemon wrote when it does not say what is waited for', async () => {
    const daemon = lab.spawn('vm1', 'talker', ['sh', '-c', 'echo "{\\"msg\\":\\"ready\\"}"; exit 3']);
    expect(await daemon.message('ready')).toEqual({ msg: 'ready' });
    await expect(daemon.message('synced')).rejects.toThrow(/ended with 3.*ready/s);
  });
});

describe('a switch with VLANs', () => {
  it('joins the access ports of a VLAN and a trunk to a host', async () => {
    await using lab = await Lab.up({
      segments: { rack1: {} },
      hosts: { hv1: { segment: 'rack1', address: '10.1.0.11/24' } },
      servers: {
        red1: { address: '10.9.0.1/24' },
        red2: { address: '10.9.0.2/24' },
        blue1: { address: '10.9.0.3/24' },
      },
      switches: {
        tor: {
          ports: [
            { server: 'red1', tag: 100 },
            { server: 'red2', tag: 100 },
            { server: 'blue1', tag: 200 },
            { host: 'hv1', device: 'edge0', trunks: [100] },
          ],
        },
      },
    });
    expect(await reaches(lab, 'red1', '10.9.0.2')).toBe(true);
    expect(await reaches(lab, 'red1', '10.9.0.3')).toBe(false);
    expect(await lab.host('hv1').vsctl('list-ports', 'br0')).toContain('edge0');
  });
});

describe('labs on one machine', () => {
  it('do not meet, though they use the same names and addresses', async () => {
    const [one, two] = await Promise.all([Lab.up(ONE_HOST), Lab.up(ONE_HOST)]);
    try {
      await one.unplug('vm2');
      expect(await reaches(one, 'vm1', '10.0.0.2')).toBe(false);
      expect(await reaches(two, 'vm1', '10.0.0.2')).toBe(true);
    } finally {
      await Promise.all([one.down(), two.down()]);
    }
    expect([...namespacesOf(one.id), ...namespacesOf(two.id)]).toEqual([]);
  });

  it('have names of their own', async () => {
    await using lab = await Lab.up(ONE_HOST, { name: 'twice' });
    await expect(Lab.up(ONE_HOST, { name: lab.id })).rejects.toThrow(NameTakenError);
    expect(await reaches(lab, 'vm1', '10.0.0.2')).toBe(true);
  });

  it('leave nothing behind when they cannot be built', async () => {
    const dir = '/dev/null/no-directory';
    await expect(Lab.up(ONE_HOST, { name: 'unbuilt', dir })).rejects.toThrow();
    expect(namespacesOf('unbuilt')).toEqual([]);
    expect(existsSync(recordDir('unbuilt'))).toBe(false);
  });

  it('leave nothing behind when their owner is killed', async () => {
    const owner = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('owner.ts', import.meta.url))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = (await once(owner.stdout, 'data')) as [Buffer];
    const [id = '', sleeper] = output.toString().split(/\s/);
    const lab = Lab.attach(id);
    const switchPid = Number((await lab.host('hv1').exec(['cat', lab.host('hv1').paths.switchPid])).stdout);
    const pids = [switchPid, Number(sleeper)];
    expect(pids.map(startOf)).toEqual([expect.any(Number), expect.any(Number)]);
    owner.kill('SIGKILL');
    await vi.waitFor(() => expect(existsSync(recordDir(id))).toBe(false), WITHIN);
    expect(namespacesOf(id)).toEqual([]);
    expect(pids.map(startOf)).toEqual([undefined, undefined]);
  });
});
