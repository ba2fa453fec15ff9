import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { type Body, type TestModel, openModel } from '../../test/model.ts';
import { makeWholeModel } from '../../test/whole_model.ts';
import { creationOrder } from './sections.ts';

type Document = Record<string, Record<string, Body | null>>;

interface Item {
  readonly operation: string;
  readonly section: string;
  readonly uuid: string;
  readonly other?: string;
  readonly fields: Record<string, [unknown, unknown]>;
}

interface Outcome {
  readonly applied: boolean;
  readonly plan: Item[];
  readonly unchanged: number;
}

async function apply(model: TestModel, document: unknown, options: Body = {}): Promise<Outcome> {
  return (await model.ok('apply', { ...options, document })) as unknown as Outcome;
}

function lines({ plan }: Outcome): string[] {
  return plan.map(({ operation, section, uuid, other }) => [operation, section, uuid, other ?? []].flat().join(' '));
}

/** Changes of the model in the last revision. */
function lastChanges({ revisions }: TestModel): number {
  return revisions.at(-1)?.changes.length ?? 0;
}

function hex(number: number): string {
  return number.toString(16).padStart(2, '0');
}

function machines(count: number): Document {
  const interfaces = Array.from({ length: count }, (_, i) => [
    `if-${i}`,
    {
      mode: 'vif',
      mac_address: `02:00:00:01:${hex(i >> 8)}:${hex(i & 0xff)}`,
      network_uuid: 'nw-a',
      ipv4_address: `10.0.${16 + (i >> 8)}.${i & 0xff}`,
      port_name: `vm${i}`,
    },
  ]);
  return {
    networks: { 'nw-a': { ipv4_network: '10.0.0.0', ipv4_prefix: 16 } },
    interfaces: Object.fromEntries(interfaces) as Record<string, Body>,
  };
}

onEachDatabase((databases) => {
  let model: TestModel;
  beforeEach(async () => {
    model = await openModel(await databases.url());
  });
  afterEach(async () => {
    await model.close();
  });

  /** The same database without its rows. */
  async function startAnew(): Promise<void> {
    await model.close();
    model = await openModel(await databases.url());
  }

  async function makeSettings(): Promise<void> {
    await model.ok('interfaces.networks.update', { uuid: 'if-1', network_uuid: 'nw-phy', static: true });
    await model.ok('interfaces.route_links.update', { uuid: 'if-1', route_link_uuid: 'rl-1', static: true });
  }

  describe('export', () => {
    it('has at least one row of everything that requests can make', async () => {
      await makeWholeModel(model);
      await makeSettings();
      const document = (await model.ok('export')) as Document;
      const isThere = (name: string): boolean => {
        const [key, part] = name.split('.') as [string, string | undefined];
        const objects = Object.values(document[key] ?? {}) as Body[];
        return part === undefined
          ? objects.length > 0
          : objects.some((object) => Object.keys((object[part] as object | undefined) ?? {}).length > 0);
      };
      expect(creationOrder.map(({ name }) => name).filter((name) => !isThere(name))).toEqual([]);
    });

    it('applied to an empty database gives the same export', async () => {
      await makeWholeModel(model);
      await makeSettings();
      const document = await model.ok('export');
      await startAnew();
      const { applied, plan } = await apply(model, document);
      expect(applied).toBe(true);
      expect(plan.every(({ operation }) => operation === 'create')).toBe(true);
      expect(await model.ok('export')).toEqual(document);
      expect(model.revisions).toHaveLength(1);
    });

    it('applied to the same database changes nothing and makes no revision', async () => {
      await makeWholeModel(model);
      const document = await model.ok('export');
      const { revision } = model.store;
      const { plan, unchanged } = await apply(model, document, { prune: true });
      expect(plan).toEqual([]);
      expect(unchanged).toBeGreaterThan(40);
      expect(model.store.revision).toBe(revision);
    });

    it('says only what is not so by itself, in the words of requests', async () => {
      await model.ok('datapaths.create', { uuid: 'dp-1', display_name: 'one', node_id: 'hv1', dpid: '0xaaaa' });
      await apply(model, machines(1));
      const { interfaces, networks, mac_leases } = (await model.ok('export')) as Document;
      expect(networks).toEqual({ 'nw-a': { ipv4_network: '10.0.0.0', ipv4_prefix: 16, domain_name: 'a' } });
      expect(interfaces).toEqual({ 'if-0': { mode: 'vif', ports: [{ port_name: 'vm0', singular: true }] } });
      expect(Object.values(mac_leases!)).toEqual([{ interface_uuid: 'if-0', mac_address: '02:00:00:01:00:00' }]);
    });
  });

  describe('apply', () => {
    it('makes 1,000 interfaces in one revision; again nothing; one line changed, one change', async () => {
      const document = machines(1000);
      const { plan } = await apply(model, document);
      expect(plan).toHaveLength(1001);
      expect(model.store.revision).toBe(1);
      expect(await model.store.reader.count('ip_lease')).toBe(1000);
      expect(await apply(model, document)).toEqual({ applied: true, plan: [], unchanged: 1001 });
      document['interfaces']!['if-7']!['ipv4_address'] = '10.0.99.7';
      expect(await apply(model, document)).toEqual({
        applied: true,
        plan: [
          {
            operation: 'update',
            section: 'interfaces',
            uuid: 'if-7',
            fields: { ipv4_address: ['10.0.16.7', '10.0.99.7'] },
          },
        ],
        unchanged: 1000,
      });
      expect(model.store.revision).toBe(2);
      expect(await model.ok('interfaces.show', { uuid: 'if-7' })).toMatchObject({ ipv4_address: '10.0.99.7' });
    }, 60_000);

    it('takes objects that refer to what stands further down, and to each other', async () => {
      await apply(model, {
        security_groups: {
          'sg-a': { display_name: 'a', rules: 'tcp:22:sg-b', interfaces: { 'if-1': {} } },
          'sg-b': { display_name: 'b', rules: 'tcp:22:sg-a' },
        },
        ip_leases: { 'il-1': { mac_lease_uuid: 'ml-1', network_uuid: 'nw-1', ipv4_address: '10.0.0.1' } },
        mac_leases: { 'ml-1': { interface_uuid: 'if-1', mac_address: '02:00:00:00:00:01' } },
        interfaces: { 'if-1': { mode: 'vif' }, 'if-2': { mode: 'vif', mac_range_group_uuid: 'mrg-1' } },
        mac_range_groups: {
          'mrg-1': {
            mac_ranges: { 'mr-1': { begin_mac_address: '02:aa:00:00:00:00', end_mac_address: '02:aa:00:00:00:0f' } },
          },
        },
        networks: { 'nw-1': { ipv4_network: '10.0.0.0', topology_uuid: 'topo-1' } },
        topologies: { 'topo-1': { mode: 'simple_overlay', networks: { 'nw-1': {} } } },
      });
      expect(await model.ok('interfaces.show', { uuid: 'if-1' })).toMatchObject({ ipv4_address: '10.0.0.1' });
      const { mac_address } = await model.ok('interfaces.show', { uuid: 'if-2' });
      expect(mac_address).toMatch(/^02:aa:00:00:00:0/);
    });

    it('leaves what is not named, and deletes it of the sections of the document when it prunes', async () => {
      await apply(model, machines(3));
      const document = { interfaces: { 'if-1': {} } };
      expect(await apply(model, document)).toMatchObject({ plan: [], unchanged: 1 });
      const outcome = await apply(model, document, { prune: true });
      expect(lines(outcome).filter((line) => line.includes(' interfaces '))).toEqual([
        'delete interfaces if-0',
        'delete interfaces if-2',
      ]);
      expect(await model.store.reader.count('interface')).toBe(1);
      expect(await model.store.reader.count('network')).toBe(1);
    });

    it('deletes what is null, with what belongs to it, and says so', async () => {
      await apply(model, machines(2));
      const outcome = await apply(model, { interfaces: { 'if-0': null, 'if-none': null } });
      expect(outcome.plan.map(({ operation, section }) => `${operation} ${section}`)).toEqual([
        'delete interfaces.ports',
        'delete ip_leases',
        'delete mac_leases',
        'delete interfaces',
      ]);
      expect(await model.store.reader.count('mac_address')).toBe(1);
    });

    it('gives what one object frees to another, and moves what it keeps away from what it deletes', async () => {
      await apply(model, {
        networks: { 'nw-old': { ipv4_network: '10.0.0.0' } },
        interfaces: { 'if-1': { mode: 'vif' }, 'if-2': { mode: 'vif' } },
        mac_leases: { 'ml-1': { interface_uuid: 'if-1', mac_address: '02:00:00:00:00:01' } },
        ip_leases: { 'il-1': { interface_uuid: 'if-1', network_uuid: 'nw-old', ipv4_address: '10.0.0.1' } },
      });
      await apply(model, {
        networks: { 'nw-old': null, 'nw-new': { ipv4_network: '10.0.0.0' } },
        ip_leases: { 'il-1': { network_uuid: 'nw-new' } },
      });
      expect(await model.ok('ip_leases.show', { uuid: 'il-1' })).toMatchObject({ network_uuid: 'nw-new' });
      await apply(model, {
        mac_leases: { 'ml-1': null, 'ml-2': { interface_uuid: 'if-2', mac_address: '02:00:00:00:00:01' } },
      });
      expect(await model.ok('interfaces.show', { uuid: 'if-2' })).toMatchObject({ mac_address: '02:00:00:00:00:01' });
    });

    it('refuses to keep what goes with something that it deletes', async () => {
      await apply(model, machines(1));
      const { ip_leases } = (await model.ok('export')) as Document;
      const [lease] = Object.keys(ip_leases!);
      const document = { networks: { 'nw-a': null }, ip_leases: { [lease!]: { enable_routing: true } } };
      expect(await model.refused('apply', { document })).toMatchObject({
        error: 'ArgumentError',
        message: expect.stringMatching(/^ip_leases il-\w+: would be deleted with what the document deletes/) as string,
      });
      expect(await model.store.reader.count('network')).toBe(1);
    });

    it('completes what an object has inside, takes away what is not named there', async () => {
      await makeWholeModel(model);
      const ports = [{ port_name: 'a' }, { port_name: 'b', datapath_uuid: 'dp-1' }];
      const first = await apply(model, { interfaces: { 'if-1': { ports } } });
      expect(lines(first)).toEqual([
        'delete interfaces.ports if-1 port_name vm1, singular true',
        'delete interfaces.ports if-1 datapath_uuid dp-1, port_name vm1b',
        'create interfaces.ports if-1 port_name a',
        'create interfaces.ports if-1 datapath_uuid dp-1, port_name b',
      ]);
      const fewer = await apply(model, { interfaces: { 'if-1': { ports: ports.slice(1) } } });
      expect(lines(fewer)).toEqual(['delete interfaces.ports if-1 port_name a']);
      const links = { 'dp-1': { networks: { 'nw-1': null }, segments: {} } };
      expect(lines(await apply(model, { datapaths: links }))).toEqual([
        'delete datapaths.segments dp-1 seg-1',
        'delete datapaths.networks dp-1 nw-1',
      ]);
      const setting = await apply(model, { interfaces: { 'if-1': { segments: {} } } });
      expect(setting.plan).toEqual([
        {
          operation: 'update',
          section: 'interfaces.segments',
          uuid: 'if-1',
          other: 'seg-1',
          fields: { static: [true, false] },
        },
      ]);
    });

    it('makes what is inside anew when it says something else, and keeps what is not said', async () => {
      await makeWholeModel(model);
      const record = { 'dnsr-1': { name: 'www', ipv4_address: '10.1.0.9' } };
      const outcome = await apply(model, { dns_services: { 'dnss-1': { dns_records: record } } });
      expect(lines(outcome)).toEqual([
        'delete dns_services.dns_records dnss-1 dnsr-1',
        'create dns_services.dns_records dnss-1 dnsr-1',
      ]);
      expect(await model.store.reader.all('dns_record')).toMatchObject([{ uuid: 'dnsr-1', ipv4_address: 0x0a010009 }]);
      const rule = { protocol: 'tcp', dst_port: 22, action: 'pass' };
      const filters = { 'fil-1': { static: [rule, { protocol: 'icmp', action: 'drop', src_address: '10.0.0.0/8' }] } };
      expect(lines(await apply(model, { filters }))).toHaveLength(1);
      expect(lines(await apply(model, { filters }))).toEqual([]);
    });

    it('takes values away with null, and sets what has a default back', async () => {
      await makeWholeModel(model);
      const document = { interfaces: { 'if-1': { display_name: 'x', enable_routing: true } } };
      await apply(model, document);
      const outcome = await apply(model, { interfaces: { 'if-1': { display_name: null, enable_routing: null } } });
      expect(outcome.plan[0]?.fields).toEqual({ display_name: ['x', null], enable_routing: [true, false] });
    });

    it('finds no difference in what a rule has put into another form', async () => {
      const document = {
        networks: { 'nw-a': { ipv4_network: '10.0.0.7', network_mode: 'virtual' } },
        datapaths: { 'dp-1': { display_name: 'one', node_id: 'hv', dpid: 'AAAA' } },
      };
      await apply(model, document);
      const { revision } = model.store;
      expect(await apply(model, document)).toEqual({ applied: true, plan: [], unchanged: 2 });
      expect(model.store.revision).toBe(revision);
    });

    it('gives an address to an interface of a lease policy that has none yet', async () => {
      await makeWholeModel(model);
      const policy = (uuid: string) => ({ lease_policies: { 'lp-1': { interfaces: { 'if-1': {}, [uuid]: {} } } } });
      await apply(model, { ...policy('if-new'), ...{ interfaces: { 'if-new': { mode: 'vif', mac_address: '02::' } } } })
        .then(() => expect.unreachable())
        .catch((error: unknown) => expect(String(error)).toContain('interfaces if-new: mac_address: "02::"'));
      const before = await model.store.reader.count('ip_lease');
      await apply(model, {
        ...policy('if-new'),
        interfaces: { 'if-new': { mode: 'vif', mac_address: '02:00:00:00:77:01' } },
      });
      expect(await model.store.reader.count('ip_lease')).toBe(before + 1);
    });
  });

  describe('a dry run', () => {
    it('says what would be done and leaves nothing', async () => {
      const document = machines(3);
      const dry = await apply(model, document, { dry_run: true });
      expect(dry).toMatchObject({ applied: false, unchanged: 0 });
      expect(model.store.revision).toBe(0);
      expect(await model.ok('export')).toEqual({});
      const real = await apply(model, document);
      expect(real).toEqual({ ...dry, applied: true });
    });

    it('finds what the rules refuse', async () => {
      const document = machines(3);
      document['interfaces']!['if-1']!['ipv4_address'] = '10.9.0.1';
      expect(await model.refused('apply', { document, dry_run: true })).toMatchObject({
        message: expect.stringContaining('interfaces if-1: IP Address 10.9.0.1 not in subnet') as string,
      });
    });
  });

  describe('a document that cannot be', () => {
    const network = { ipv4_network: '10.0.0.0' };
    it.each<[unknown, string, string]>([
      [undefined, 'ArgumentError', 'document: nothing is not an object with sections'],
      ['networks', 'ArgumentError', 'document: "networks" is not an object'],
      [[], 'ArgumentError', 'document: [] is not an object'],
      [{ network: {} }, 'ArgumentError', 'network: not a section of a document; did you mean networks?'],
      [{ networks: null }, 'ArgumentError', 'networks: null is not an object with uuids'],
      [{ networks: { 'if-1': {} } }, 'InvalidUUID', 'networks: Network#uuid: if-1'],
      [{ networks: { 'nw-1': 5 } }, 'ArgumentError', 'networks nw-1: 5 is not an object'],
      [{ networks: { 'nw-1': {} } }, 'MissingArgument', 'networks nw-1: ipv4_network'],
      [
        { networks: { 'nw-1': { ...network, dispaly_name: 'x' } } },
        'ArgumentError',
        'networks nw-1: dispaly_name: not a parameter of networks.create; did you mean display_name?',
      ],
      [{ networks: { 'nw-1': { ipv4_network: '10.0.0' } } }, 'ArgumentError', 'networks nw-1: ipv4_network: "10.0.0"'],
      [{ networks: { 'nw-1': { ...network, uuid: 'nw-2' } } }, 'ArgumentError', 'networks nw-1: uuid: not a parameter'],
      [
        { networks: { 'nw-1': { ...network, domain_name: null } } },
        'ArgumentError',
        'networks nw-1: domain_name: cannot be without a value',
      ],
      [{ networks: { 'nw-0': { ipv4_network: null } } }, 'MissingArgument', 'networks nw-0: ipv4_network'],
      [
        { networks: { 'nw-1': { ...network, segment_uuid: 'seg-1' } } },
        'UnknownUUIDResource',
        'networks nw-1: Segment#segment_uuid: seg-1',
      ],
      [
        { interfaces: { 'if-0': { segments: { 'seg-9': { static: true } } } } },
        'UnknownUUIDResource',
        'interfaces.segments if-0 seg-9: Segment#segment_uuid: seg-9',
      ],
      [{ interfaces: { 'if-0': { segments: [] } } }, 'ArgumentError', 'interfaces.segments if-0: [] is not an object'],
      [{ interfaces: { 'if-0': { ports: {} } } }, 'ArgumentError', 'interfaces.ports if-0: {} is not a list'],
      [{ interfaces: { 'if-0': { ports: [1] } } }, 'ArgumentError', 'interfaces.ports if-0: 1 is not an object'],
      [
        { interfaces: { 'if-0': { ports: [{ singular: false }] } } },
        'ArgumentError',
        'interfaces.ports if-0: singular: false is not possible',
      ],
      [
        { interfaces: { 'if-0': { mode: 'host' } } },
        'ArgumentError',
        'interfaces if-0: mode: is vif and cannot become host; delete if-0 and make it anew',
      ],
      [
        { networks: { 'nw-0': null }, ip_leases: { 'il-1': { network_uuid: 'nw-0', ipv4_address: '10.0.0.1' } } },
        'UnknownUUIDResource',
        'ip_leases il-1: Network#network_uuid: nw-0',
      ],
      [
        {
          mac_leases: {
            'ml-8': { interface_uuid: 'if-0', mac_address: '02:00:00:00:00:08' },
            'ml-9': { interface_uuid: 'if-0', mac_address: '02:00:00:00:00:01' },
          },
        },
        'ArgumentError',
        'mac_leases ml-9: mac_address 02:00:00:00:00:01 is in use already, by ml-1 of if-0',
      ],
      [{ networks: { 'nw-0': { mtu: 9000 } } }, 'ArgumentError', 'mtu: 9000 is more than the possible 1500'],
      [
        { security_groups: { 'sg-1': { display_name: 'a', rules: 'tcp:22:sg-none' } } },
        'ArgumentError',
        'Unknown security group uuid',
      ],
    ])('%j → %s %s', async (document, error, message) => {
      await apply(model, {
        networks: { 'nw-0': network },
        interfaces: { 'if-0': { mode: 'vif' } },
        mac_leases: { 'ml-1': { interface_uuid: 'if-0', mac_address: '02:00:00:00:00:01' } },
      });
      const before = await model.ok('export');
      const thrown = await model.refused('apply', { document });
      expect(thrown.error).toBe(error);
      expect(thrown.message).toContain(message);
      expect(await model.ok('export')).toEqual(before);
      expect(model.store.revision).toBe(1);
      expect(lastChanges(model)).toBeGreaterThan(0);
    });
  });
});
