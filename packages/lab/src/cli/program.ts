import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { Command } from 'commander';
import { endLab, endOrphans } from '../lab/keeper.ts';
import { Lab } from '../lab/lab.ts';
import { isOrphan, listRecords, readRecord, type LabRecord } from '../lab/registry.ts';
import { parseTopology } from '../topology/read.ts';
import { describeLab } from './describe.ts';

/** The command line `lab`. */
export function createProgram(): Command {
  const program = new Command('lab')
    .description('A data centre in one machine: network namespaces and real Open vSwitch.')
    .showHelpAfterError()
    .enablePositionalOptions();
  program
    .command('up')
    .description('build the data centre that FILE describes; it stays until `lab down`')
    .argument('<FILE>', 'topology, YAML')
    .option('--name <NAME>', 'name on this machine (default: from the name of the file)')
    .action(up);
  program
    .command('exec')
    .description('run a command on a VM, host, router or server')
    .option('--lab <NAME>', 'which lab (default: the only one that is up)')
    .passThroughOptions()
    .argument('<NODE>')
    .argument('<COMMAND...>')
    .action(exec);
  program
    .command('move')
    .description('move a VM to another host, with its address and connections')
    .option('--lab <NAME>', 'which lab (default: the only one that is up)')
    .argument('<VM>')
    .argument('<HOST>')
    .action(move);
  program
    .command('status')
    .description('show nodes, addresses, and where the sockets of each switch are')
    .argument('[NAME]')
    .action(status);
  program
    .command('down')
    .description('end a lab and everything that runs in it')
    .argument('[NAME]')
    .option('--all', 'every lab that no living program owns')
    .action(down);
  program.command('list').description('show the labs that are up').action(list);
  return program;
}

async function up(file: string, { name }: { name?: string }): Promise<void> {
  const topology = parseTopology(await readFile(file, 'utf8'));
  const lab = await Lab.up(topology, { name: name ?? nameFromFile(file), detached: true });
  process.stdout.write(describeLab(lab));
}

function nameFromFile(file: string): string {
  const letters = basename(file, extname(file))
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
  return letters.slice(0, 12) || 'lab';
}

async function move(vm: string, host: string, { lab }: { lab?: string }): Promise<void> {
  await Lab.attach(chosen(lab)).move(vm, host);
}

function status(name: string | undefined): void {
  process.stdout.write(describeLab(Lab.attach(chosen(name))));
}

async function exec(node: string, command: readonly string[], { lab }: { lab?: string }): Promise<void> {
  const [program = '', ...args] = Lab.attach(chosen(lab)).node(node).command(command);
  const child = spawn(program, args, { stdio: 'inherit' });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

async function down(name: string | undefined, { all }: { all?: boolean }): Promise<void> {
  await endOrphans();
  const labs = all ? listRecords().filter(({ owner }) => owner === null) : [knownRecord(chosen(name))];
  await Promise.all(labs.map(endLab));
  for (const { id } of labs) process.stdout.write(`${id} is down\n`);
}

function list(): void {
  for (const record of listRecords()) process.stdout.write(`${record.id}\t${ownerOf(record)}\t${record.dir}\n`);
}

function ownerOf(record: LabRecord): string {
  if (record.owner === null) return 'stays until `lab down`';
  return isOrphan(record) ? 'left behind' : `ends with process ${record.owner.pid}`;
}

/** The lab that is meant: the one named, or the only one there is. */
function chosen(name: string | undefined): string {
  if (name !== undefined) return name;
  const ids = listRecords().map(({ id }) => id);
  if (ids.length === 1) return ids[0]!;
  if (ids.length === 0) throw new Error('No lab is up; `lab up FILE` builds one');
  throw new Error(`Several labs are up (${ids.join(', ')}): name the one you mean`);
}

function knownRecord(id: string): LabRecord {
  const record = readRecord(id);
  if (!record) throw new Error(`No lab named "${id}" is up; \`lab list\` shows those that are`);
  return record;
}
