/** docs/reference/openvnet-clients.md: its commands are run, and their answers stand in it (`npm test -- packages/vnapi -u`). */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSite, type Site } from '../test/site.ts';

const PAGE = join(import.meta.dirname, '../../../docs/reference/openvnet-clients.md');
const ORIGIN = 'http://127.0.0.1:9090';

let site: Site;
let origin: string;
beforeAll(async () => {
  site = await openSite();
  origin = await site.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => site.close());

async function run(command: string): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', command.replaceAll(ORIGIN, origin)]);
  return stdout;
}

/** What differs from run to run, made the same: times, and the uuids that are made up, by the uuids so far. */
function settled(text: string, madeUp: Map<string, string>): string {
  return text
    .replace(/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '2026-01-02 03:04:05')
    .replace(/\b([a-z]+)-[a-z0-9]{8}\b/g, (uuid, prefix: string) => {
      const known = madeUp.get(uuid) ?? `${prefix}-${String(madeUp.size + 1).padStart(8, '0')}`;
      madeUp.set(uuid, known);
      return known;
    });
}

it('every command of the page is answered as the page says', async () => {
  const page = await readFile(PAGE, 'utf8');
  const madeUp = new Map<string, string>();
  const parts: string[] = [];
  // What stands between the fences, and everything else.
  for (const part of page.split(/(?<=^```console\n)(.*?)(?=^```$)/ms)) {
    const commands = part.split('\n').filter((line) => line.startsWith('$ '));
    const answers: string[] = [];
    for (const command of commands) {
      const answer = settled(await run(command.slice(2)), madeUp);
      answers.push(`${command}\n${answer.trimEnd()}\n`);
    }
    parts.push(commands.length === 0 ? part : answers.join('\n'));
  }
  expect(parts.length).toBeGreaterThan(10);
  await expect(parts.join('')).toMatchFileSnapshot(PAGE);
});
