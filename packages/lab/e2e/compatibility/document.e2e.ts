import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeCompatibility } from './document.ts';

const PAGE = join(import.meta.dirname, '../../../../docs/reference/openvnet-compatibility.md');

it('docs/reference/openvnet-compatibility.md says what the cases say', async () => {
  await expect(describeCompatibility()).toMatchFileSnapshot(PAGE);
});
