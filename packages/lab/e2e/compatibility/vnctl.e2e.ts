/** Command lines as they were written for OpenVNet's vnctl. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { commandOf } from '../../src/index.ts';
import { run } from '../../src/lab/command.ts';
import { ALL_COMMANDS, commandCases, commandOfCase } from './commands/index.ts';
import type { CommandCase } from './commands/case.ts';
import { OldClient } from './client.ts';
import { NETWORK } from './given.ts';
import { COMMANDS, FORMER_COMMANDS } from './reference/commands.ts';
import { type Site, runVnctl, startSite } from './site.ts';

/** So many commands run at the same time, each against a site of its own. */
const SITES = 3;

let sites: Site[] = [];
/** What runs on each site, to its end. */
const running: Promise<void>[] = Array.from({ length: SITES }, () => Promise.resolve());
let turn = 0;

beforeAll(async () => {
  sites = await Promise.all(Array.from({ length: SITES }, startSite));
});

afterAll(async () => {
  await Promise.all(sites.map((site) => site.close()));
});

/** Runs with a site that no other test uses meanwhile. */
async function withSite(work: (site: Site, client: OldClient) => Promise<void>): Promise<void> {
  const which = turn++ % SITES;
  const result = running[which]!.then(async () => {
    const site = sites[which]!;
    const client = new OldClient(site.address);
    await work(site, client).finally(() => client.clean());
  });
  running[which] = result.catch(() => undefined);
  await result;
}

/** Whatever an `add` of the line or its standard input makes is deleted afterwards. */
function noteMade(client: OldClient, text: string): void {
  for (const [, group, uuid] of text.matchAll(/^\s*(\w+) add .*--uuid (\S+)/gm)) client.made(`/${group}/${uuid}`);
}

async function expectCommand(site: Site, client: OldClient, each: CommandCase): Promise<void> {
  const { given = [], line, prints = [], then = [], input = '' } = each;
  for (const request of given) await client.ask(request);
  noteMade(client, line);
  noteMade(client, input);
  const { code, stdout, stderr } = await runVnctl(site, line, input);
  // A line of a batch that fails does not keep the others from running, but is not forgotten.
  expect({ code, stderr }).toMatchObject({ code: input === '' ? 0 : 1 });
  for (const text of prints) expect(stdout).toContain(text);
  for (const [request, answer] of then) {
    if (typeof answer === 'number') expect((await client.send(request)).status, request).toBe(answer);
    else expect(await client.ask(request), request).toMatchObject(answer as object);
  }
}

describe.concurrent('vnctl', () => {
  for (const [name, each] of Object.entries(commandCases)) {
    it(`vnctl ${name}`, async () => {
      await withSite((site, client) => expectCommand(site, client, each));
    });
  }

  it('with - for _, unique prefixes, and options with =', async () => {
    await withSite(async (site, client) => {
      client.made('/ip_range_groups/iprg-a');
      const { code } = await runVnctl(site, 'ip-range-g add --uuid=iprg-a --allocation-type=random');
      expect(code).toBe(0);
      expect(await client.ask('GET /ip_range_groups/iprg-a')).toMatchObject({ allocation_type: 'random' });
    });
  });

  it('prints what the API answered when the configuration says yml or json', async () => {
    await withSite(async (site, client) => {
      await client.ask(NETWORK);
      const { port } = new URL(site.address);
      const config = ["webapi_uri '127.0.0.1'", `webapi_port ${port}`, "output_format 'yml'", ''].join('\n');
      await writeFile(join(site.dir, '.vnctl.conf'), config);
      const show = async (...more: readonly string[]): Promise<string> => {
        const argv = commandOf('vnctl', 'networks', 'show', 'nw-a', ...more);
        return (await run(argv, { env: { HOME: site.dir, VNET_WEBAPI: '' } })).stdout;
      };
      const answer = await client.ask('GET /networks/nw-a');
      expect(parse(await show())).toEqual(answer);
      expect(JSON.parse(await show('-o', 'json'))).toEqual(answer);
    });
  });
});

describe('the cases', () => {
  it('are of all commands of the reference, and of no others', () => {
    expect([Object.keys(COMMANDS).length, Object.keys(FORMER_COMMANDS).length]).toEqual([140, 14]);
    expect([...new Set(Object.keys(commandCases).map(commandOfCase))].sort()).toEqual(Object.keys(ALL_COMMANDS).sort());
  });

  it('have each option of the reference', () => {
    const lines = (command: string): string[] =>
      Object.entries(commandCases).flatMap(([name, { line }]) => (commandOfCase(name) === command ? [line] : []));
    const missing = Object.entries(ALL_COMMANDS).flatMap(([command, options]) =>
      options
        .replaceAll('!', '')
        .split(' ')
        .filter(
          (option) => option !== '' && !lines(command).some((line) => new RegExp(`--(no-)?${option}\\b`).test(line)),
        )
        .map((option) => `${command} --${option}`),
    );
    expect(missing).toEqual([]);
  });
});
