/** How long leases last: released after the lease time, their addresses free after the grace time. */
import type { Row } from '@vnet/model';
import type { Queries } from '../store/queries.ts';
import type { BackgroundRule, Edit, Reaction } from './rule.ts';
import { changesOf } from './rule.ts';

/** A lease that nobody has any more is released; one that somebody gets again begins anew. */
export const retentionFollowsLease: Reaction = {
  on: ['ip_lease'],
  run: async (edit, changes) => {
    const changed = changesOf('ip_lease', changes).filter(
      ({ before, after }) => before !== null && (before.interface_id === null) !== (after?.interface_id == null),
    );
    const holder = new Map(changed.flatMap(({ id, after }) => (after === null ? [] : [[id, after.interface_id]])));
    for (const retention of await edit.tx.allIn('ip_retention', 'ip_lease_id', [...holder.keys()])) {
      const isReleased = holder.get(retention.ip_lease_id) === null;
      if (isReleased) await edit.update('ip_retention', retention, { released_at: edit.tx.now });
      else if (retention.released_at !== null) {
        await edit.update('ip_retention', retention, { released_at: null, leased_at: edit.tx.now });
      }
    }
  },
};

/** The two ends of a lease: which time runs, since when, and which state of the row it runs in. */
const ENDS = [
  { time: 'lease_time', since: 'leased_at', released: false },
  { time: 'grace_time', since: 'released_at', released: true },
] as const;

type End = (typeof ENDS)[number];

/** Epoch milliseconds at which the next of these ends comes. */
async function nextEnd(queries: Queries, { time, since, released }: End): Promise<number | undefined> {
  const [row] = await queries.select((db) => {
    const query = db('ip_retentions as r')
      .join('ip_retention_containers as c', 'c.id', 'r.ip_retention_container_id')
      .whereNotNull(`c.${time}`)
      .whereNotNull(`r.${since}`)
      .min({ due: db.raw('?? + ?? * 1000', [`r.${since}`, `c.${time}`]) });
    return released ? query : query.whereNull('r.released_at');
  });
  return row?.['due'] == null ? undefined : Number(row['due']);
}

async function ended(edit: Edit, { time, since, released }: End): Promise<Row<'ip_retention'>[]> {
  const rows = await edit.tx.select((db) => {
    const query = db('ip_retentions as r')
      .join('ip_retention_containers as c', 'c.id', 'r.ip_retention_container_id')
      .whereNotNull(`c.${time}`)
      .whereRaw('?? + ?? * 1000 <= ?', [`r.${since}`, `c.${time}`, edit.tx.now])
      .select('r.id');
    return released ? query : query.whereNull('r.released_at');
  });
  return await edit.tx.allIn(
    'ip_retention',
    'id',
    rows.map((row) => Number(row['id'])),
  );
}

async function release(edit: Edit, retentions: readonly Row<'ip_retention'>[]): Promise<void> {
  const ids = retentions.map((row) => row.ip_lease_id);
  for (const lease of await edit.tx.allIn('ip_lease', 'id', ids)) {
    if (lease.interface_id !== null) await edit.update('ip_lease', lease, { interface_id: null, mac_lease_id: null });
  }
  for (const retention of await edit.tx.allIn('ip_retention', 'ip_lease_id', ids)) {
    if (retention.released_at === null) await edit.update('ip_retention', retention, { released_at: edit.tx.now });
  }
}

export const ipRetention: BackgroundRule = {
  name: 'ip retention',
  on: ['ip_retention', 'ip_retention_container'],
  due: async (queries) => {
    const times = await Promise.all(ENDS.map((end) => nextEnd(queries, end)));
    const known = times.filter((time) => time !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  },
  run: async (edit) => {
    const [lease, grace] = ENDS;
    await release(edit, await ended(edit, lease));
    const over = await ended(edit, grace);
    const leases = await edit.tx.allIn(
      'ip_lease',
      'id',
      over.map((row) => row.ip_lease_id),
    );
    await edit.remove('ip_lease', leases);
  },
};
