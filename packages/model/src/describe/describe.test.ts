import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { describeEndpoints } from './endpoints.ts';
import { describeErrors } from './errors.ts';

const DOCS = '../../../../docs/reference';
const TSX = import.meta.resolve('tsx');

it('docs/reference/errors.md has the error catalogue', async () => {
  await expect(describeErrors()).toMatchFileSnapshot(`${DOCS}/errors.md`);
});

it('docs/reference/endpoints.md has every endpoint', async () => {
  await expect(describeEndpoints()).toMatchFileSnapshot(`${DOCS}/endpoints.md`);
});

describe('docs/reference/configuration.md', () => {
  it.each(['vnmgr', 'vnapi', 'vna'])('has what %s --help says', async (program) => {
    const main = fileURLToPath(new URL(`../../../${program}/src/main.ts`, import.meta.url));
    const argv = ['--conditions=source', '--import', TSX, main, '--help'];
    const { stdout } = await promisify(execFile)(process.execPath, argv);
    const page = await readFile(new URL(`${DOCS}/configuration.md`, import.meta.url), 'utf8');
    expect(page).toContain(`\`\`\`\n${stdout}\`\`\`\n`);
  });
});
