import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestModel, openModel } from '../../test/model.ts';

describe('a security group', () => {
  let model: TestModel;
  beforeEach(async () => {
    model = await openModel('sqlite::memory:');
  });
  afterEach(async () => {
    await model.close();
  });

  const create = async (uuid: string, rules: string): Promise<unknown> =>
    model.ok('security_groups.create', { uuid, display_name: uuid, rules });
  const show = async (uuid: string): Promise<unknown> => model.ok('security_groups.show', { uuid });

  it('trusts its members unless told otherwise, and shows its rules as they were written', async () => {
    const rules = '# ssh\r\ntcp:22:0.0.0.0/0, icmp:-1:10.0.0.0/8';
    expect(await create('sg-a', rules)).toEqual({
      uuid: 'sg-a',
      display_name: 'sg-a',
      rules,
      description: null,
      trust_members: true,
      log: false,
    });
    expect(await model.ok('security_groups.update', { uuid: 'sg-a', trust_members: false })).toMatchObject({
      rules,
      trust_members: false,
    });
  });

  it.each([
    ['tcp:22:0.0.0.0/0\nssh:22:0.0.0.0/0', "rules: line 2: invalid protocol in rule 'ssh:22:0.0.0.0/0': expected tcp"],
    ['tcp:0:0.0.0.0/0', "rules: line 1: invalid port in rule 'tcp:0:0.0.0.0/0'"],
    ['\n\ntcp:22:here', "rules: line 3: invalid ipv4 address or security group uuid in rule 'tcp:22:here'"],
    [
      'tcp:22:sg-none',
      "rules: line 1: Unknown security group uuid in rule 'tcp:22:sg-none'; make the group sg-none first",
    ],
    ['tcp:22:10.0.0.1\n'.repeat(1_001), 'rules: line 1001: there are 1001 lines, 1000 are possible'],
    ['x'.repeat(65_537), 'a text of at most 65536 characters'],
  ])('is refused with rules that are wrong, and nothing is stored', async (rules, message) => {
    const refused = await model.refused('security_groups.create', { uuid: 'sg-a', display_name: 'a', rules });
    expect(refused.message).toContain(message);
    expect(await model.ok('security_groups.list')).toMatchObject({ total_count: 0 });
    await create('sg-a', 'tcp:1:10.0.0.1');
    expect((await model.refused('security_groups.update', { uuid: 'sg-a', rules })).message).toContain(message);
    expect(await show('sg-a')).toMatchObject({ rules: 'tcp:1:10.0.0.1' });
  });

  it('takes 64 KiB of rules', async () => {
    const rules = 'tcp:22:10.0.0.1 # '.padEnd(65, 'x').concat('\n').repeat(992);
    expect(rules.length).toBeGreaterThan(65_000);
    expect(await create('sg-a', rules)).toMatchObject({ rules });
  });

  it('may name itself from the beginning, and another that names it', async () => {
    await create('sg-a', 'tcp:1:sg-a');
    await create('sg-b', 'tcp:2:sg-a');
    const rules = 'tcp:1:sg-a\ntcp:3:sg-b';
    expect(await model.ok('security_groups.update', { uuid: 'sg-a', rules })).toMatchObject({ rules });
  });

  it('shows which rules name a group that has been deleted, until there is one of this name again', async () => {
    await create('sg-gone', '');
    await create('sg-a', 'tcp:1:sg-gone\negress all::sg-gone # both\nudp:2:sg-a');
    expect(await show('sg-a')).not.toHaveProperty('dangling_rules');
    await model.ok('security_groups.delete', { uuid: 'sg-gone' });
    const dangling = { dangling_rules: ['tcp:1:sg-gone', 'egress all::sg-gone'] };
    expect(await show('sg-a')).toMatchObject(dangling);
    expect(await model.ok('security_groups.update', { uuid: 'sg-a', description: 'old' })).toMatchObject(dangling);
    await create('sg-gone', '');
    expect(await show('sg-a')).not.toHaveProperty('dangling_rules');
  });
});
