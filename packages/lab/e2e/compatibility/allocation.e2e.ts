/** Which addresses lease policies and MAC range groups give, how long leases last, and what topologies hold. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../until.ts';
import { ALLOCATING } from './cases/policies.ts';
import { OldClient, itemsOf } from './client.ts';
import { HOST, INTERFACE, MAC_LEASE, NETWORK, NETWORK_B, ROUTE_LINK, SEGMENT } from './given.ts';
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

interface Lease {
  readonly uuid: string;
  readonly ipv4_address: string;
}

async function allocate(query = ''): Promise<Lease> {
  return (await client.ask(`POST /lease_policies/lp-a/ip_leases?${query}`)) as Lease;
}

async function allocated(count: number): Promise<string[]> {
  const addresses: string[] = [];
  for (let i = 0; i < count; i++) addresses.push((await allocate()).ipv4_address);
  return addresses;
}

async function expectExhausted(): Promise<void> {
  const message = await client.refused('POST /lease_policies/lp-a/ip_leases', 'ArgumentError');
  expect(message).toMatch(/Run out of dynamic IP addresses/i);
}

/** 10.1.0.100 to 10.1.0.110, as `ALLOCATING` has it. */
const RANGE = Array.from({ length: 11 }, (_, i) => `10.1.0.${100 + i}`);

/** A policy for a network of this prefix, and ranges `begin-end`. */
function policy(prefix: number, type: string, ...ranges: readonly string[]): string[] {
  return [
    `POST /networks?uuid=nw-a&ipv4_network=10.1.0.0&ipv4_prefix=${prefix}`,
    'POST /lease_policies?uuid=lp-a',
    `POST /ip_range_groups?uuid=iprg-a&allocation_type=${type}`,
    ...ranges.map((range) => {
      const [begin, end] = range.split('-');
      return `POST /ip_range_groups/iprg-a/ip_ranges?begin_ipv4_address=${begin}&end_ipv4_address=${end}`;
    }),
    'POST /lease_policies/lp-a/networks/nw-a?ip_range_group_uuid=iprg-a',
  ];
}

describe('A lease policy', () => {
  it('gives addresses upwards, to the last, and then no more', async () => {
    await client.askAll(policy(24, 'incremental', '10.1.0.100-10.1.0.110'));
    expect(await allocated(11)).toEqual(RANGE);
    await expectExhausted();
  });

  it('gives addresses downwards', async () => {
    await client.askAll(policy(24, 'decremental', '10.1.0.100-10.1.0.110'));
    expect(await allocated(11)).toEqual(RANGE.toReversed());
    await expectExhausted();
  });

  it('gives addresses at random, each once', async () => {
    await client.askAll(policy(24, 'random', '10.1.0.100-10.1.0.110'));
    expect((await allocated(11)).toSorted()).toEqual(RANGE.toSorted());
    await expectExhausted();
  });

  it('goes on behind the address that was given last, and begins anew at the end', async () => {
    await client.askAll(ALLOCATING);
    const first = await allocate();
    expect(await allocated(2)).toEqual(['10.1.0.101', '10.1.0.102']);
    await client.ask(`DELETE /ip_leases/${first.uuid}`);
    expect(await allocated(9)).toEqual([...RANGE.slice(3), '10.1.0.100']);
    await expectExhausted();
  });

  it('passes over addresses that are in use', async () => {
    await client.askAll([
      ...ALLOCATING,
      'POST /ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.101',
      'POST /ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.102',
    ]);
    expect((await allocated(9)).toSorted()).toEqual(RANGE.filter((each) => !/10[12]$/.test(each)).toSorted());
    await expectExhausted();
  });

  it('gives no address outside the network, nor its own, nor its broadcast', async () => {
    await client.askAll(policy(30, 'incremental', '10.0.0.0-10.1.0.255'));
    expect(await allocated(2)).toEqual(['10.1.0.1', '10.1.0.2']);
    await expectExhausted();
  });

  it('has nothing to give from ranges that are elsewhere', async () => {
    await client.askAll(policy(24, 'incremental', '10.7.0.1-10.7.0.9'));
    await expectExhausted();
  });

  it('takes its ranges in order', async () => {
    await client.askAll(policy(24, 'incremental', '10.1.0.20-10.1.0.21', '10.1.0.10-10.1.0.11'));
    expect(await allocated(4)).toEqual(['10.1.0.10', '10.1.0.11', '10.1.0.20', '10.1.0.21']);
  });

  it('takes addresses of its first network', async () => {
    await client.askAll([
      ...ALLOCATING,
      NETWORK_B,
      'POST /lease_policies/lp-a/networks/nw-b?ip_range_group_uuid=iprg-a',
    ]);
    expect(await allocate()).toMatchObject({ ipv4_address: '10.1.0.100', network_uuid: 'nw-a' });
  });

  it('gives an interface its address, by its first MAC lease', async () => {
    await client.askAll([
      ...ALLOCATING,
      INTERFACE,
      MAC_LEASE,
      'POST /mac_leases?interface_uuid=if-a&mac_address=02:00:00:00:00:99',
    ]);
    await client.ask('POST /lease_policies/lp-a/interfaces/if-a');
    expect(itemsOf(await client.ask('GET /ip_leases'))).toMatchObject([
      { ipv4_address: '10.1.0.100', mac_lease_uuid: 'ml-a', interface_uuid: 'if-a' },
    ]);
  });

  it('puts its leases into its containers: all, or those with the label', async () => {
    await client.askAll([
      ...ALLOCATING,
      'POST /ip_lease_containers?uuid=ilc-a',
      'POST /ip_lease_containers?uuid=ilc-b',
      'POST /lease_policies/lp-a/ip_lease_containers/ilc-a?label=web',
      'POST /lease_policies/lp-a/ip_lease_containers/ilc-b',
    ]);
    await allocate('ip_lease_uuid=il-all');
    await allocate('ip_lease_uuid=il-web&label=web');
    await allocate('ip_lease_uuid=il-other&label=other');
    expect(itemsOf(await client.ask('GET /ip_lease_containers/ilc-a/ip_leases'))).toMatchObject([
      { uuid: 'il-all' },
      { uuid: 'il-web' },
    ]);
    expect(itemsOf(await client.ask('GET /ip_lease_containers/ilc-b/ip_leases'))).toMatchObject([{ uuid: 'il-all' }]);
  });
});

describe('A retention container', () => {
  it('takes a lease away after lease_time, and frees its address after grace_time', async () => {
    await client.askAll([
      ...ALLOCATING,
      INTERFACE,
      MAC_LEASE,
      'POST /ip_retention_containers?uuid=irc-a&lease_time=1&grace_time=1',
      'POST /lease_policies/lp-a/ip_retention_containers/irc-a',
      'POST /lease_policies/lp-a/interfaces/if-a',
    ]);
    const [{ uuid } = { uuid: '' }] = itemsOf(await client.ask('GET /ip_leases')) as { uuid: string }[];
    await until(async () => {
      const [retention] = itemsOf(await client.ask('GET /ip_retention_containers/irc-a/ip_retentions'));
      return retention?.['released_at'] != null;
    }, 'the lease is released');
    expect(await client.ask(`GET /ip_leases/${uuid}`)).toMatchObject({ interface: null, ipv4_address: '10.1.0.100' });
    await client.refused('POST /ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.100', 'ArgumentError');
    await until(async () => (await client.send(`GET /ip_leases/${uuid}`)).status === 404, 'the lease is gone');
    await client.ask('POST /ip_leases?network_uuid=nw-a&ipv4_address=10.1.0.100');
    expect(itemsOf(await client.ask('GET /ip_retention_containers/irc-a/ip_retentions'))).toEqual([]);
  });

  it('knows when a lease is released and attached again', async () => {
    await client.askAll([
      ...ALLOCATING,
      INTERFACE,
      MAC_LEASE,
      'POST /ip_retention_containers?uuid=irc-a&lease_time=1000&grace_time=1000',
      'POST /lease_policies/lp-a/ip_retention_containers/irc-a',
      'POST /lease_policies/lp-a/ip_leases?ip_lease_uuid=il-a',
      'PUT /ip_leases/il-a/attach?interface_uuid=if-a',
    ]);
    const releasedAt = async (): Promise<unknown> =>
      itemsOf(await client.ask('GET /ip_retention_containers/irc-a/ip_retentions'))[0]?.['released_at'];
    expect(await releasedAt()).toBeNull();
    await client.ask('PUT /ip_leases/il-a/release');
    expect(await releasedAt()).toMatch(/UTC$/);
    await client.ask('PUT /ip_leases/il-a/attach?mac_lease_uuid=ml-a');
    expect(await releasedAt()).toBeNull();
  });
});

describe('A MAC range group', () => {
  const interfaces = 'POST /interfaces?mode=vif&mac_range_group_uuid=mrg-a';

  it('gives each address of its ranges once, and one that is free again', async () => {
    await client.askAll([
      'POST /mac_range_groups?uuid=mrg-a',
      'POST /mac_range_groups/mrg-a/mac_ranges?begin_mac_address=02:aa:00:00:00:01&end_mac_address=02:aa:00:00:00:02',
      'POST /mac_range_groups/mrg-a/mac_ranges?begin_mac_address=02:aa:00:00:00:09&end_mac_address=02:aa:00:00:00:09',
    ]);
    const made: { uuid: string; mac_address: string }[] = [];
    for (let i = 0; i < 3; i++) made.push((await client.ask(interfaces)) as (typeof made)[number]);
    expect(made.map(({ mac_address }) => mac_address).toSorted()).toEqual([
      '02:aa:00:00:00:01',
      '02:aa:00:00:00:02',
      '02:aa:00:00:00:09',
    ]);
    expect(await client.refused(interfaces, 'ArgumentError')).toContain('mrg-a');
    await client.ask(`DELETE /interfaces/${made[1]!.uuid}`);
    expect(await client.ask(interfaces)).toMatchObject({ mac_address: made[1]!.mac_address });
  });
});

describe('A topology', () => {
  const OVERLAY = 'POST /topologies?uuid=topo-o&mode=simple_overlay';
  const UNDERLAY = 'POST /topologies?uuid=topo-u&mode=simple_underlay';
  const MAC_GROUP = 'POST /mac_range_groups?uuid=mrg-a';

  it.each([
    ['networks', [NETWORK], '/topologies/topo-o/networks/nw-a', '/topologies/topo-u/networks/nw-a'],
    ['segments', [SEGMENT], '/topologies/topo-o/segments/seg-a', '/topologies/topo-u/segments/seg-a'],
  ])('of either mode holds %s', async (_what, given, onOverlay, onUnderlay) => {
    await client.askAll([OVERLAY, UNDERLAY, ...given, `POST ${onOverlay}`, `POST ${onUnderlay}`]);
  });

  it.each([
    [
      'route links, on overlays only',
      [ROUTE_LINK],
      '/topologies/topo-o/route_links/rl-a',
      '/topologies/topo-u/route_links/rl-a',
    ],
    [
      'MAC range groups, on underlays only',
      [MAC_GROUP],
      '/topologies/topo-u/mac_range_groups/mrg-a',
      '/topologies/topo-o/mac_range_groups/mrg-a',
    ],
    [
      'datapaths, on underlays only',
      HOST,
      '/topologies/topo-u/datapaths/dp-a?interface_uuid=if-host',
      '/topologies/topo-o/datapaths/dp-a?interface_uuid=if-host',
    ],
    ['underlays, on overlays only', [], '/topologies/topo-o/underlays/topo-u', '/topologies/topo-u/underlays/topo-o'],
  ])('holds %s', async (_what, given, right, wrong) => {
    await client.askAll([OVERLAY, UNDERLAY, ...given]);
    await client.refused(`POST ${wrong}`, 'ArgumentError');
    await client.ask(`POST ${right}`);
  });

  it('may have several underlays', async () => {
    await client.askAll([
      OVERLAY,
      UNDERLAY,
      'POST /topologies?uuid=topo-v&mode=simple_underlay',
      'POST /topologies/topo-o/underlays/topo-u',
      'POST /topologies/topo-o/underlays/topo-v',
    ]);
    expect(itemsOf(await client.ask('GET /topologies/topo-o/underlays'))).toHaveLength(2);
  });

  it('is joined by what is made with topology_uuid', async () => {
    await client.askAll([
      OVERLAY,
      `${NETWORK}&topology_uuid=topo-o`,
      `${SEGMENT}&topology_uuid=topo-o`,
      `${ROUTE_LINK}&topology_uuid=topo-o`,
    ]);
    for (const member of ['networks', 'segments', 'route_links']) {
      expect(itemsOf(await client.ask(`GET /topologies/topo-o/${member}`)), member).toHaveLength(1);
    }
  });
});
