/** What is not as in OpenVNet is as docs/reference/openvnet-compatibility.md says. */
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import { OldClient } from './client.ts';
import { DIFFERENCES } from './differences/index.ts';
import { type Site, runVnctl, startSite } from './site.ts';

let site: Site;
let client: OldClient;

beforeAll(async () => {
  site = await startSite();
  client = new OldClient(site.address);
});

afterAll(async () => {
  await site.close();
});

afterEach(async () => {
  await client.clean();
});

for (const [title, differences] of Object.entries(DIFFERENCES)) {
  describe(title, () => {
    it.each(differences)('$vnet', async ({ check }) => {
      await check(client, (line, input) => runVnctl(site, line, input));
    });
  });
}
