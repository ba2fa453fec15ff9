import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { type TestModel, openModel } from '../../test/model.ts';
import { makePolicy } from '../../test/policy.ts';

const PARALLEL = 50;

onEachDatabase((databases) => {
  let model: TestModel;
  beforeEach(async () => {
    model = await openModel(await databases.url());
  });
  afterEach(() => model.close());

  const give = (i: number): ReturnType<TestModel['ok']> =>
    model.ok('lease_policies.interfaces.create', { uuid: 'lp-1', interface_uuid: `if-${i}` });

  async function addressOf(i: number): Promise<unknown> {
    return (await model.ok('interfaces.show', { uuid: `if-${i}` }))['ipv4_address'];
  }

  async function addresses(count: number): Promise<unknown[]> {
    const given = [];
    for (let i = 1; i <= count; i++) {
      await give(i);
      given.push(await addressOf(i));
    }
    return given;
  }

  describe('a lease policy', () => {
    it('gives the next address, answers with its uuid, and goes round', async () => {
      await makePolicy(model, { ranges: [['10.1.0.10', '10.1.0.12']] });
      expect(await give(1)).toEqual({ uuid: 'lp-1' });
      await give(2);
      await give(3);
      expect(await Promise.all([1, 2, 3].map(addressOf))).toEqual(['10.1.0.10', '10.1.0.11', '10.1.0.12']);
      const { ip_leases: leases } = (await model.ok('interfaces.show', { uuid: 'if-1' })) as {
        ip_leases: { uuid: string }[];
      };
      await model.ok('ip_leases.delete', { uuid: leases[0]!.uuid });
      await give(1);
      expect(await addressOf(1)).toBe('10.1.0.10');
    });

    it('goes on after the last one given, though one before it is free', async () => {
      await makePolicy(model, { ranges: [['10.1.0.10', '10.1.0.20']] });
      expect(await addresses(2)).toEqual(['10.1.0.10', '10.1.0.11']);
      await model.ok('interfaces.delete', { uuid: 'if-1' });
      await give(3);
      expect(await addressOf(3)).toBe('10.1.0.12');
    });

    it('counts down when it is told to', async () => {
      await makePolicy(model, { ranges: [['10.1.0.10', '10.1.0.12']], allocation_type: 'decremental' });
      expect(await addresses(3)).toEqual(['10.1.0.12', '10.1.0.11', '10.1.0.10']);
    });

    it('gives every address of its ranges at random, each once', async () => {
      await makePolicy(model, {
        ranges: [
          ['10.1.0.10', '10.1.0.14'],
          ['10.1.0.20', '10.1.0.24'],
        ],
        allocation_type: 'random',
        interfaces: 10,
      });
      const given = await addresses(10);
      expect(new Set(given).size).toBe(10);
      expect(given.every((address) => /^10\.1\.0\.[12][0-4]$/.test(String(address)))).toBe(true);
    });

    it('leaves out addresses in use and those that no host may have', async () => {
      await makePolicy(model, { ranges: [['10.0.0.0', '10.255.255.255']], ipv4_prefix: 29, interfaces: 6 });
      await model.ok('ip_leases.create', { network_uuid: 'nw-1', ipv4_address: '10.1.0.1' });
      await model.ok('ip_leases.create', { network_uuid: 'nw-1', ipv4_address: '10.1.0.3' });
      expect(await addresses(4)).toEqual(['10.1.0.4', '10.1.0.5', '10.1.0.6', '10.1.0.2']);
      const { error, code, status, message } = await model.refused('lease_policies.interfaces.create', {
        uuid: 'lp-1',
        interface_uuid: 'if-5',
      });
      expect({ error, code, status }).toEqual({ error: 'ArgumentError', code: '110', status: 400 });
      expect(message).toContain('Run out of dynamic IP addresses');
      expect(await model.ok('lease_policies.interfaces.list', { uuid: 'lp-1' })).toMatchObject({ total_count: 4 });
    });

    it('takes ranges in order, overlapping or not', async () => {
      await makePolicy(model, {
        ranges: [
          ['10.1.0.30', '10.1.0.31'],
          ['10.1.0.10', '10.1.0.11'],
          ['10.1.0.11', '10.1.0.12'],
        ],
        interfaces: 5,
      });
      expect(await addresses(5)).toEqual(['10.1.0.10', '10.1.0.11', '10.1.0.12', '10.1.0.30', '10.1.0.31']);
    });

    it('goes to its second network when the first one is full', async () => {
      await makePolicy(model, { ranges: [['10.1.0.10', '10.1.0.10']] });
      await model.ok('networks.create', { uuid: 'nw-2', ipv4_network: '10.2.0.0' });
      await model.ok('ip_range_groups.create', { uuid: 'iprg-2' });
      const range = { begin_ipv4_address: '10.2.0.5', end_ipv4_address: '10.2.0.9' };
      await model.ok('ip_range_groups.ip_ranges.create', { uuid: 'iprg-2', ...range });
      await model.ok('lease_policies.networks.create', {
        uuid: 'lp-1',
        network_uuid: 'nw-2',
        ip_range_group_uuid: 'iprg-2',
      });
      expect(await addresses(2)).toEqual(['10.1.0.10', '10.2.0.5']);
    });

    it('gives nothing to an interface at once when its timing is dhcp', async () => {
      await makePolicy(model, { ranges: [['10.1.0.10', '10.1.0.12']] });
      await model.ok('lease_policies.update', { uuid: 'lp-1', timing: 'dhcp' });
      await give(1);
      expect(await addressOf(1)).toBeUndefined();
      expect((await model.ok('lease_policies.update', { uuid: 'lp-1' }))['timing']).toBe('dhcp');
    });

    it('fills its containers: all, or those with the label', async () => {
      await makePolicy(model, { ranges: [['10.1.0.10', '10.1.0.12']] });
      for (const [container, label] of [
        ['ilc-a', 'a'],
        ['ilc-b', 'b'],
      ]) {
        await model.ok('ip_lease_containers.create', { uuid: container });
        const link = { uuid: 'lp-1', ip_lease_container_uuid: container, label };
        await model.ok('lease_policies.ip_lease_containers.create', link);
      }
      const own = { uuid: 'lp-1', ip_lease_uuid: 'il-own', label: 'b' };
      expect(await model.ok('lease_policies.ip_leases', own)).toMatchObject({
        uuid: 'il-own',
        ipv4_address: '10.1.0.10',
        interface: null,
      });
      await give(1);
      const count = async (uuid: string): Promise<unknown> =>
        (await model.ok('ip_lease_containers.ip_leases.list', { uuid }))['total_count'];
      expect([await count('ilc-a'), await count('ilc-b')]).toEqual([1, 2]);
    });

    it(`gives no address twice to ${PARALLEL} requests at once`, async () => {
      await makePolicy(model, { ranges: [['10.1.0.10', '10.1.0.59']], interfaces: PARALLEL });
      const numbers = Array.from({ length: PARALLEL }, (_, i) => i + 1);
      await Promise.all(numbers.map(give));
      const given = await Promise.all(numbers.map(addressOf));
      expect(new Set(given).size).toBe(PARALLEL);
      expect(given.every((address) => /^10\.1\.0\.[1-5]\d$/.test(String(address)))).toBe(true);
    });

    it('says what is missing', async () => {
      await makePolicy(model, { ranges: [], interfaces: 1 });
      const add = (uuid: string, interface_uuid: string): ReturnType<TestModel['refused']> =>
        model.refused('lease_policies.interfaces.create', { uuid, interface_uuid });
      expect((await add('lp-1', 'if-1')).message).toContain('Run out');
      await model.ok('lease_policies.create', { uuid: 'lp-2' });
      expect((await add('lp-2', 'if-1')).message).toContain('lp-2 has no network');
      const range = { begin_ipv4_address: '10.1.0.5', end_ipv4_address: '10.1.0.9' };
      await model.ok('ip_range_groups.ip_ranges.create', { uuid: 'iprg-1', ...range });
      await model.ok('interfaces.create', { uuid: 'if-bare', mode: 'vif' });
      expect((await add('lp-1', 'if-bare')).message).toContain('if-bare has no MAC lease');
      const backward = { begin_ipv4_address: '10.1.0.9', end_ipv4_address: '10.1.0.5' };
      expect((await model.refused('ip_range_groups.ip_ranges.create', { uuid: 'iprg-1', ...backward })).message).toBe(
        'end_ipv4_address: 10.1.0.5 is below begin_ipv4_address 10.1.0.9',
      );
    });
  });
});
