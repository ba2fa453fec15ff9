import { type Row, parseSecurityRules } from '@vnet/model';
import type { Queries } from '../store/queries.ts';
import { type Reply, plain } from './plain.ts';

/** As declared, and with the rules that name a group which has been deleted since: they allow nothing. */
export async function securityGroups(queries: Queries, rows: readonly Row<'security_group'>[]): Promise<Reply[]> {
  const named = rows.map(({ rules }) =>
    parseSecurityRules(rules).parsed.flatMap(({ text, peer }) => (typeof peer === 'string' ? [{ text, peer }] : [])),
  );
  const uuids = named.flat().map(({ peer }) => peer);
  const known = new Set((await queries.allIn('security_group', 'uuid', uuids)).map(({ uuid }) => uuid));
  return rows.map((row, index) => {
    const dangling = named[index]!.filter(({ peer }) => !known.has(peer)).map(({ text }) => text);
    return { ...plain('security_group', row), ...(dangling.length > 0 ? { dangling_rules: dangling } : {}) };
  });
}
