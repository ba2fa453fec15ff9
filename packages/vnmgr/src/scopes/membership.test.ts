import { type EntityName, type Row, declarationOf } from '@vnet/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Rows, batches, play, runs } from '../../test/random_changes.ts';
import { Membership } from './membership.ts';

type Columns = Readonly<Record<string, unknown>>;
type Scopes = Map<string, Set<string>>;

/** `interface/7`, as the keys of `Rows` are. */
function target({ entity, row }: { entity: EntityName; row: Row }, column: string): string {
  return `${declarationOf(entity).fields[column]!.to}/${String((row as unknown as Columns)[column])}`;
}

/** The definition of docs/architecture.md, word by word, from all rows. */
function recompute(rows: Rows): Scopes {
  const own = ({ entity, row }: { entity: EntityName; row: Row }): string[] =>
    (declarationOf(entity).scopes?.own ?? [])
      .filter(({ column }) => (row as unknown as Columns)[column] != null)
      .map(({ scope, column }) => `${scope}/${String((row as unknown as Columns)[column])}`);

  const base: Scopes = new Map([...rows].map(([key, each]) => [key, new Set(own(each))]));
  for (const each of rows.values()) {
    for (const column of declarationOf(each.entity).scopes?.lends ?? []) {
      for (const scope of own(each)) base.get(target(each, column))?.add(scope);
    }
  }
  const whole = (key: string): Set<string> => {
    const each = rows.get(key);
    if (each === undefined) return new Set();
    const follows = declarationOf(each.entity).scopes?.follows ?? [];
    return new Set([...base.get(key)!, ...follows.flatMap((column) => [...whole(target(each, column))])]);
  };
  return new Map([...rows.keys()].map((key) => [key, whole(key)]));
}

function scopesOf(membership: Membership): Scopes {
  const present = [...membership.nodes()].filter(({ row }) => row !== undefined);
  return new Map(present.map((node) => [`${node.entity}/${node.id}`, new Set(node.scopes.keys())]));
}

const sorted = (scopes: Scopes): [string, string[]][] =>
  [...scopes].map(([key, set]): [string, string[]] => [key, [...set].sort()]).sort(([a], [b]) => a.localeCompare(b));

/** Rows that lend to or are followed by what is not there are in no comparison: nobody can see them. */
function withoutDangling(rows: Rows, scopes: Scopes): Scopes {
  const dangles = (key: string): boolean => {
    const each = rows.get(key);
    if (each === undefined) return true;
    const { follows = [] } = declarationOf(each.entity).scopes ?? {};
    const columns = each.row as unknown as Columns;
    return follows.some((column) => columns[column] != null && dangles(target(each, column)));
  };
  return new Map([...scopes].filter(([key]) => !dangles(key)));
}

describe('membership', () => {
  it('fuzz: is the same step by step as computed from scratch', () => {
    fc.assert(
      fc.property(batches, (sequence) => {
        const rows: Rows = new Map();
        const membership = new Membership();
        for (const batch of sequence) {
          membership.apply(play(rows, batch));
          expect(sorted(withoutDangling(rows, scopesOf(membership)))).toEqual(
            sorted(withoutDangling(rows, recompute(rows))),
          );
        }
      }),
      { numRuns: runs, seed: 1 },
    );
  });

  it('fuzz: says exactly what entered and left', () => {
    fc.assert(
      fc.property(batches, (sequence) => {
        const rows: Rows = new Map();
        const membership = new Membership();
        const followed: Scopes = new Map();
        for (const batch of sequence) {
          for (const { node, entered, left } of membership.apply(play(rows, batch))) {
            const key = `${node.entity}/${node.id}`;
            const scopes = followed.get(key) ?? new Set();
            for (const scope of left) expect(scopes.delete(scope)).toBe(true);
            for (const scope of entered) expect(scopes.has(scope)).toBe(false);
            followed.set(key, new Set([...scopes, ...entered]));
          }
          for (const node of membership.nodes()) {
            expect(new Set(node.scopes.keys())).toEqual(followed.get(`${node.entity}/${node.id}`) ?? new Set());
          }
        }
      }),
      { numRuns: runs, seed: 2 },
    );
  });

  it('fuzz: forgets everything when all rows are gone', () => {
    fc.assert(
      fc.property(batches, (sequence) => {
        const rows: Rows = new Map();
        const membership = new Membership();
        for (const batch of sequence) membership.apply(play(rows, batch));
        membership.apply(
          [...rows.values()].map(({ entity, row }) => ({ entity, id: row.id, before: row, after: null })),
        );
        expect([...membership.nodes()]).toEqual([]);
      }),
      { numRuns: runs, seed: 3 },
    );
  });

  const put = (entity: EntityName, row: object) =>
    ({ entity, id: (row as Row).id, before: null, after: { created_at: 0, updated_at: 0, ...row } as Row }) as const;

  it('has in the scope of a security group its members with their leases, wherever they are', () => {
    const membership = new Membership();
    const rowsIn = (scope: string): string[] =>
      [...membership.rowsIn(scope)].map(({ entity, id }) => `${entity}/${id}`).sort();
    const joined = put('interface_security_group', { id: 5, interface_id: 7, security_group_id: 3 });
    membership.apply([
      put('security_group', { id: 3, uuid: 'sg-web', rules: '', trust_members: true }),
      put('interface', { id: 7, uuid: 'if-far', iface_id: null }),
      put('mac_lease', { id: 8, uuid: 'ml-far', interface_id: 7 }),
      put('ip_lease', { id: 9, uuid: 'il-far', interface_id: 7, network_id: 1 }),
      joined,
    ]);
    const members = ['interface/7', 'interface_security_group/5', 'ip_lease/9', 'mac_lease/8'];
    expect(rowsIn('group/3')).toEqual([...members, 'security_group/3']);
    // For a rule that names it: its id, by which its members are found.
    expect(rowsIn('group/sg-web')).toEqual(['security_group/3']);
    // The agent of an interface learns by the interface which groups it is in.
    expect(rowsIn('interface/if-far')).toContain('interface_security_group/5');
    membership.apply([{ ...joined, before: joined.after, after: null }]);
    expect(rowsIn('group/3')).toEqual(['security_group/3']);
  });

  it('has the filter of an interface and its rules where the interface is', () => {
    const membership = new Membership();
    membership.apply([
      put('filter_static', { id: 3, filter_id: 2 }),
      put('filter', { id: 2, uuid: 'fil-a', interface_id: 1 }),
      put('interface', { id: 1, uuid: 'if-a', iface_id: null }),
    ]);
    const rows = [...membership.rowsIn('interface/if-a')].map(({ entity }) => entity);
    expect(rows.sort()).toEqual(['filter', 'filter_static', 'interface']);
  });

  it('touches only what the new interface concerns in a network of 1,000', () => {
    const membership = new Membership();
    const machine = (id: number) => [
      put('interface', { id, uuid: `if-${id}`, iface_id: null }),
      put('interface_port', { id, interface_id: id, datapath_id: null, port_name: `vm${id}` }),
      put('mac_lease', { id, uuid: `ml-${id}`, interface_id: id }),
      put('ip_lease', { id, uuid: `il-${id}`, interface_id: id, network_id: 1 }),
    ];
    membership.apply([
      put('network', { id: 1, uuid: 'nw-1' }),
      ...Array.from({ length: 1_000 }, (_, i) => machine(i)).flat(),
    ]);
    expect(membership.apply(machine(1_000)).map(({ node }) => `${node.entity}/${node.id}`)).toEqual([
      'interface/1000',
      'interface_port/1000',
      'mac_lease/1000',
      'ip_lease/1000',
    ]);
  });
});
