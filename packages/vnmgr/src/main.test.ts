import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const MAIN = join(import.meta.dirname, 'main.ts');
const TSX = import.meta.resolve('tsx');

describe('vnmgr', () => {
  let dir: string;
  const running: ChildProcess[] = [];

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'vnet-main-'));
  });
  afterEach(() => {
    for (const child of running.splice(0)) child.kill('SIGKILL');
    rmSync(dir, { recursive: true });
  });

  function run(...args: string[]) {
    const child = spawn(process.execPath, ['--conditions=source', '--import', TSX, MAIN, ...args], { cwd: dir });
    running.push(child);
    const program = { child, output: '', ended: new Promise<number | null>((resolve) => child.once('close', resolve)) };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        program.output += data.toString();
      });
    }
    return program;
  }

  it('says when it is ready, and ends cleanly on SIGTERM', async () => {
    const program = run('--database', `sqlite:${dir}/a.db`, '--listen', `ipc://${dir}/bus`);
    await vi.waitUntil(() => program.output.includes('"msg":"ready"'), { timeout: 20_000 });
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    for (const line of program.output.trim().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it.each([
    [['--databse', 'x'], 2, 'unknown option --databse; did you mean --database?'],
    [['--listen', 'tcp://0.0.0.0:*'], 1, 'there are no keys'],
    [['--database', 'oracle:x'], 1, 'expected sqlite:/path/vnet.db or mysql://'],
    [['--config', 'vnmgr.yaml'], 2, 'unknown key \\"lisen\\"; did you mean listen?'],
    [['keygen'], 2, 'vnmgr keygen DIR'],
  ])('refuses %j', async (args, code, message) => {
    writeFileSync(join(dir, 'vnmgr.yaml'), 'lisen: x\n');
    const program = run(...args);
    expect(await program.ended).toBe(code);
    expect(program.output.replaceAll('\\"', '"')).toContain(message.replaceAll('\\"', '"'));
  });

  it('makes the database once when two start together, and the second says that it stands by', async () => {
    const programs = ['one', 'two'].map((name) =>
      run('--database', `sqlite:${dir}/a.db`, '--listen', `ipc://${dir}/${name}`),
    );
    await vi.waitUntil(() => programs.every(({ output }) => output.includes('"msg":"ready"')), { timeout: 20_000 });
    expect(programs.filter(({ output }) => output.includes('standby: another manager holds'))).toHaveLength(1);
    for (const { child } of programs) child.kill('SIGTERM');
    expect(await Promise.all(programs.map(({ ended }) => ended))).toEqual([0, 0]);
  });

  it('does not take the endpoint of another away', async () => {
    const args = ['--database', `sqlite:${dir}/a.db`, '--listen', `ipc://${dir}/bus`];
    const first = run(...args);
    await vi.waitUntil(() => first.output.includes('"msg":"ready"'), { timeout: 20_000 });
    const second = run(...args);
    expect(await second.ended).toBe(1);
    expect(second.output).toContain('another process listens there; choose another endpoint');
  });

  it('makes keys and listens on the network with them', async () => {
    expect(await run('keygen', 'keys', 'hv1').ended).toBe(0);
    expect(existsSync(join(dir, 'keys', 'manager.key'))).toBe(true);
    const program = run('--listen', 'tcp://0.0.0.0:*', '--keys', 'keys');
    await vi.waitUntil(() => program.output.includes('"msg":"ready"'), { timeout: 20_000 });
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
  });
});
