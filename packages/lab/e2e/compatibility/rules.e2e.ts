/** The rules behind the endpoints: what is deleted with what, whose uuids may be used again, what has to be unique. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CASCADES } from './cascades.ts';
import { endpointCases } from './cases/index.ts';
import { OldClient, itemsOf } from './client.ts';
import { DATAPATH, HOST, INTERFACE, INTERFACE_B, NETWORK } from './given.ts';
import { type Site, startSite } from './site.ts';

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

describe('With', () => {
  it.each(Object.entries(CASCADES))('%s goes what needs it', async (_name, { given, deleted, gone, stay = [] }) => {
    await client.askAll(given);
    const counts = async (paths: readonly string[]): Promise<unknown> =>
      Object.fromEntries(
        await Promise.all(paths.map(async (path) => [path, itemsOf(await client.ask(`GET ${path}`)).length > 0])),
      );
    const all = (value: boolean): unknown => Object.fromEntries(gone.map((path) => [path, value]));
    expect(await counts(gone)).toEqual(all(true));
    expect(await client.ask(`DELETE ${deleted}`)).toEqual([deleted.split('/').at(-1)]);
    expect(await counts(gone)).toEqual(all(false));
    for (const path of stay) {
      const body = (await client.ask(`GET ${path}`)) as { total_count?: number };
      expect(body.total_count, path).not.toBe(0);
    }
  });
});

const RESOURCES = Object.entries(endpointCases).filter(([name, { send }]) => {
  return /^POST \/\w+$/.test(name) && send.includes('uuid=');
});

describe('A uuid', () => {
  it('is had by every resource', () => {
    expect(RESOURCES).toHaveLength(20);
  });

  it.each(RESOURCES)('is free again when what it named is deleted: %s', async (name, { given = [], send }) => {
    await client.askAll(given);
    const before = (await client.ask(`POST ${send}`)) as { uuid: string; id?: number };
    await client.ask(`DELETE ${name.slice('POST '.length)}/${before.uuid}`);
    const after = (await client.ask(`POST ${send}`)) as { uuid: string; id?: number };
    expect(after.uuid).toBe(before.uuid);
    // Numbers are never used again.
    if (before.id !== undefined) expect(after.id).toBeGreaterThan(before.id);
  });
});

describe('There is only one', () => {
  it.each([
    ['datapath with a dpid', DATAPATH, 'POST /datapaths?display_name=b&node_id=a&dpid=0x000a'],
    [
      'owner of a MAC address: interface and route link',
      `${INTERFACE}&mac_address=02:00:00:00:00:01`,
      'POST /route_links?mac_address=02:00:00:00:00:01',
    ],
    [
      'port of an interface on a datapath',
      `${DATAPATH}\n${INTERFACE}&owner_datapath_uuid=dp-a`,
      'POST /interfaces/if-a/ports?datapath_uuid=dp-a&port_name=other',
    ],
    [
      'holder of an address in a network',
      `${NETWORK}\nPOST /ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.1`,
      'POST /ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.1',
    ],
  ])('%s', async (_what, given, again) => {
    await client.askAll(given.split('\n'));
    expect(await client.refused(again, 'ArgumentError')).toContain('in use');
  });

  it('datapath network of a MAC address, whatever it is of', async () => {
    await client.askAll([...HOST, NETWORK, INTERFACE]);
    await client.refused(
      'POST /datapaths/dp-a/networks/nw-a?interface_uuid=if-host&mac_address=02:00:00:00:01:01',
      'ArgumentError',
    );
    await client.ask('POST /datapaths/dp-a/networks/nw-a?interface_uuid=if-host&mac_address=02:00:00:00:01:02');
    await client.refused('POST /mac_leases?interface_uuid=if-a&mac_address=02:00:00:00:01:02', 'ArgumentError');
    // Deleted, it is free.
    await client.ask('DELETE /datapaths/dp-a/networks/nw-a');
    await client.ask('POST /mac_leases?interface_uuid=if-a&mac_address=02:00:00:00:01:02');
  });

  it('rule of a filter with the same protocol, addresses and ports, whatever its action', async () => {
    await client.askAll([INTERFACE, 'POST /filters?uuid=fil-a&mode=static&interface_uuid=if-a']);
    const rule = 'POST /filters/fil-a/static?protocol=tcp&dst_port=22';
    await client.ask(`${rule}&action=pass`);
    await client.refused(`${rule}&action=drop`, 'ArgumentError');
    await client.ask('POST /filters/fil-a/static?protocol=icmp&action=pass');
    // Without ports too.
    await client.refused('POST /filters/fil-a/static?protocol=icmp&action=pass', 'ArgumentError');
  });

  it('address of a name in two networks: they may overlap', async () => {
    await client.askAll([
      NETWORK,
      'POST /networks?uuid=nw-b&ipv4_network=10.1.0.0&ipv4_prefix=24',
      `${INTERFACE}&mac_address=02:00:00:00:00:01&network_uuid=nw-a&ipv4_address=10.1.0.1`,
      `${INTERFACE_B}&mac_address=02:00:00:00:00:02&network_uuid=nw-b&ipv4_address=10.1.0.1`,
    ]);
    expect(itemsOf(await client.ask('GET /ip_leases'))).toMatchObject([
      { ipv4_address: '10.1.0.1', network_uuid: 'nw-a' },
      { ipv4_address: '10.1.0.1', network_uuid: 'nw-b' },
    ]);
  });
});
