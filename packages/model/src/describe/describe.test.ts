import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { describeEndpoints } from './endpoints.ts';
import { describeErrors } from './errors.ts';
import { warningsIn } from './log-lines.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const TSX = import.meta.resolve('tsx');

it('docs/reference/errors.md has the error catalogue', async () => {
  await expect(describeErrors()).toMatchFileSnapshot(join(ROOT, 'docs/reference/errors.md'));
});

it('docs/reference/endpoints.md has every endpoint', async () => {
  await expect(describeEndpoints()).toMatchFileSnapshot(join(ROOT, 'docs/reference/endpoints.md'));
});

describe('docs/reference/configuration.md', () => {
  it.each(['vnmgr', 'vnapi', 'vna'])('has what %s --help says', async (program) => {
    const main = join(ROOT, 'packages', program, 'src/main.ts');
    const argv = ['--conditions=source', '--import', TSX, main, '--help'];
    const { stdout } = await promisify(execFile)(process.execPath, argv);
    const page = await readFile(join(ROOT, 'docs/reference/configuration.md'), 'utf8');
    expect(page).toContain(`\`\`\`\n${stdout}\`\`\`\n`);
  });
});

describe('docs/guide/troubleshooting.md', () => {
  it.each(['bus', 'openflow', 'ovsdb', 'vna', 'vnapi', 'vnmgr'])('explains every warning of %s', async (name) => {
    const page = await readFile(join(ROOT, 'docs/guide/troubleshooting.md'), 'utf8');
    const folder = join(ROOT, 'packages', name, 'src');
    const files = (await readdir(folder, { recursive: true })).filter((file) => /(?<!\.test)\.ts$/.test(file));
    const sources = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    const warnings = sources.flatMap(warningsIn);
    expect(warnings).not.toEqual([]);
    expect(warnings.filter((text) => !page.includes(text))).toEqual([]);
  });

  it('would miss a warning that is new', () => {
    const source = "log.warn({ a: 1 }, 'the sky is falling down');\n    message: 'a port of an unknown kind',\n";
    expect(warningsIn(source)).toEqual(['the sky is falling down', 'a port of an unknown kind']);
  });
});
