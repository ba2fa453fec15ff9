import { once } from 'node:events';
import { Command } from 'commander';
import { TENANTS } from './demo.ts';
import { largestPackets, setUsableMtu } from './mtu.ts';
import { modelCommands, undoCommands } from './model-commands.ts';
import { Survey } from './reachability.ts';
import { differences, reachabilityTable } from './report.ts';
import { Site } from './site.ts';
import { whatNext } from './what-next.ts';

interface Options {
  readonly once?: boolean;
  readonly database?: string;
  readonly api: string;
}

type Commands = readonly (readonly string[])[];

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Takes away what an earlier demonstration has left in a database that outlives it. */
async function forgetEarlier(site: Site, commands: Commands): Promise<void> {
  const undo = undoCommands(commands);
  const first = undo.at(-1);
  if (!first || !(await site.knows(first))) return;
  say('\nRemoving what an earlier demonstration has left in the database');
  for (const command of undo) if (await site.knows(command)) await site.vnctl(command);
}

/** Describes the data centre to VNet, as an operator would. */
async function describeDataCentre(site: Site, commands: Commands): Promise<void> {
  say('\nThe data centre, described to VNet:\n');
  for (const command of commands) {
    say(`$ vnctl ${command.join(' ')}`);
    const { stderr } = await site.vnctl(command);
    if (stderr !== '') say(`  ${stderr.trim()}`);
  }
}

/** @returns what was not as expected */
async function survey(site: Site): Promise<readonly string[]> {
  const mtus = await setUsableMtu(site);
  for (const tenant of TENANTS) say(`\nnetwork ${tenant}: VMs use an MTU of ${mtus.get(tenant)} bytes`);
  say(`\nWho reaches whom (tenants ${TENANTS.join(' and ')} use the same addresses):\n`);
  const measurement = await Survey.start(site.lab);
  const findings = await measurement.measure();
  await measurement.close();
  say(reachabilityTable(findings));
  const lost = await largestPackets(site, mtus);
  return [...differences(findings), ...lost];
}

async function main(options: Options, interrupted: Promise<unknown>): Promise<number> {
  const site = await Site.start({ database: options.database, api: options.api }, say);
  try {
    const work = (async () => {
      const commands = modelCommands((host) => site.lab.host(host).identity.dpid);
      await forgetEarlier(site, commands);
      await describeDataCentre(site, commands);
      const wrong = await survey(site);
      for (const line of wrong) say(`DIFFERS  ${line}`);
      say(wrong.length === 0 ? 'All as expected.' : `${wrong.length} not as expected.`);
      if (options.once) return wrong.length === 0 ? 0 : 1;
      say(whatNext(site));
      await interrupted;
      return 0;
    })();
    return await Promise.race([work, interrupted.then(() => (options.once ? 130 : 0))]);
  } finally {
    await site.close();
  }
}

const program = new Command('quickstart')
  .description('Shows VNet at work: two tenants with the same addresses on three hypervisors.')
  .option('--once', 'end after the reachability table; exit 0 only if all was as expected')
  .option(
    '--database <URL>',
    'mysql://user:password@host:port/database, empty; SQLite in a temporary file unless given',
  )
  .option('--api <HOST:PORT>', 'where vnapi serves', '127.0.0.1:9090')
  .parse();

const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
try {
  process.exitCode = await main(program.opts<Options>(), interrupted);
} catch (error) {
  process.stderr.write(`quickstart: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
// The listeners for signals would keep the program alive.
process.exit();
