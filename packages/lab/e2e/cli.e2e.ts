import { mkdtemp, writeFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, type Result } from '../src/lab/command.ts';
import { ONE_HOST } from './topologies.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const NAME = 'clitest';

async function lab(...args: readonly string[]): Promise<Result> {
  return run([process.execPath, '--import', 'tsx', MAIN, ...args], { anyExit: true });
}

describe('the command lab', () => {
  let dir = '';
  let file = '';

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'vnet-lab-cli-'));
    file = join(dir, 'one.yaml');
    // JSON is YAML.
    await writeFile(file, JSON.stringify(ONE_HOST));
  });

  afterAll(async () => {
    await lab('down', NAME);
    await rm(dir, { recursive: true });
  });

  it('builds a lab that stays when the command has ended', async () => {
    const up = await lab('up', file, '--name', NAME);
    expect(up).toMatchObject({ code: 0, stderr: '' });
    expect(up.stdout).toMatch(/hv1 +rack1 +10\.1\.0\.11\/24/);
    expect((await lab('list')).stdout).toContain(`${NAME}\tstays until \`lab down\``);
    expect((await lab('status', NAME)).stdout).toBe(up.stdout);
  });

  it('runs commands on its nodes, with their output and exit code', async () => {
    const ping = await lab('exec', '--lab', NAME, 'vm1', 'ping', '-c', '3', '-i', '0.1', '10.0.0.2');
    expect(ping).toMatchObject({ code: 0, stdout: expect.stringContaining('bytes from 10.0.0.2') as string });
    expect((await lab('exec', '--lab', NAME, 'vm1', 'sh', '-c', 'exit 7')).code).toBe(7);
  });

  it.each([
    [['exec', '--lab', NAME, 'vm9', 'true'], 'lab: "vm9" is not in this lab; known are: rack1, hv1, vm1, vm2'],
    [['status', 'nolab'], 'lab: No lab named "nolab" is up; `lab list` shows those that are'],
    [['move', '--lab', NAME, 'vm1', 'vm2'], 'lab: "vm2" is not a host'],
    [['up', '/nowhere.yaml'], "lab: ENOENT: no such file or directory, open '/nowhere.yaml'"],
  ])('%j: says what is wrong', async (args, message) => {
    expect(await lab(...args)).toEqual({ code: 1, stdout: '', stderr: `${message}\n` });
  });

  it('ends the lab', async () => {
    expect(await lab('down', NAME)).toEqual({ code: 0, stdout: `${NAME} is down\n`, stderr: '' });
    expect((await lab('list')).stdout).not.toContain(NAME);
    expect((await lab('down', NAME)).code).toBe(1);
  });
});
