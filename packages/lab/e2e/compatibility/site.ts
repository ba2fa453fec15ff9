/** VNet as clients see it: vnmgr on a new SQLite file and vnapi over HTTP. No switch is needed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandOf, Daemon, type Result } from '../../src/index.ts';
import { run } from '../../src/lab/command.ts';
import { Program } from '../program.ts';

export interface Site {
  /** `http://127.0.0.1:12345` */
  readonly address: string;
  /** For files of the test; removed with the site. */
  readonly dir: string;
  readonly vnmgr: Program;
  close(): Promise<void>;
}

export async function startSite(): Promise<Site> {
  const dir = await mkdtemp(join(tmpdir(), 'vnet-compatibility-'));
  const socket = `ipc://${join(dir, 'vnmgr.sock')}`;
  const program = (name: string, ...args: readonly string[]): Program =>
    new Program(() => new Daemon(commandOf(name, ...args), join(dir, `${name}.log`)));
  const vnmgr = program('vnmgr', '--database', `sqlite:${join(dir, 'vnet.db')}`, '--listen', socket);
  const vnapi = program('vnapi', '--manager', socket, '--listen', '127.0.0.1:0');
  const close = async (): Promise<void> => {
    if (vnapi.running) await vnapi.stop();
    if (vnmgr.running) await vnmgr.stop();
    await rm(dir, { recursive: true });
  };
  await vnmgr.start();
  await vnapi.start();
  return { address: String((await vnapi.message('ready'))['address']), dir, vnmgr, close };
}

/** Runs a line of vnctl, without its name, to its end. */
export async function runVnctl(site: Site, line: string, input = ''): Promise<Result> {
  const env = { VNET_WEBAPI: site.address.replace('http://', ''), HOME: site.dir };
  return run(commandOf('vnctl', ...line.split(' ')), { env, input, anyExit: true });
}
