/** The right to write, as a row that expires; its epoch fences off a former holder that does not know it yet. */
import type { Knex } from 'knex';

/** How long the right lasts without renewal, in ms. */
export const TERM_MS = 6_000;

const NAME = 'writer';

/**
 * Takes the right when nobody holds it or it has expired. The epoch grows.
 *
 * @param heir also take it from an earlier run of the same manager, as one does that has just been started
 * @returns the epoch, or undefined when another holds it
 */
export async function take(db: Knex, owner: string, now: number, heir: boolean): Promise<number | undefined> {
  await db('leases').insert({ name: NAME, owner: '', epoch: 0, expires: 0 }).onConflict('name').ignore();
  const free = db('leases').where({ name: NAME });
  void free.where((either) => {
    void either.where('expires', '<=', now);
    if (heir) void either.orWhere({ owner });
  });
  if ((await free.update({ owner, expires: now + TERM_MS, epoch: db.raw('epoch + 1') })) === 0) return undefined;
  const row = await db('leases').where({ name: NAME, owner }).first<{ epoch: number } | undefined>('epoch');
  return row?.epoch;
}

/** Keeps the right for another term; false when it was lost. */
export async function renew(db: Knex, epoch: number, now: number): Promise<boolean> {
  const renewed = await db('leases')
    .where({ name: NAME, epoch })
    .update({ expires: now + TERM_MS });
  return renewed > 0;
}

/** Lets the next manager start at once. */
export async function release(db: Knex, epoch: number): Promise<void> {
  await db('leases').where({ name: NAME, epoch }).update({ expires: 0 });
}

/** Whether `epoch` is still the one that may write; locks the row, so that nobody takes over before the commit. */
export async function holds(db: Knex.Transaction, epoch: number): Promise<boolean> {
  const row = await db('leases').where({ name: NAME }).forUpdate().first<{ epoch: number } | undefined>('epoch');
  return row?.epoch === epoch;
}
