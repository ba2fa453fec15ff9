/** `If-Match`: a write only when the row has not changed since. */
import { type Row, VnetError } from '@vnet/model';
import type { Edit } from '../rules/rule.ts';
import { lastChangeOf, lastRevision, oldestRevision } from '../store/history.ts';
import type { WriteCall } from './call.ts';

/** @throws {VnetError} PreconditionFailed */
export async function checkUnchanged(edit: Edit, { endpoint, ifMatch }: WriteCall, row: Row): Promise<void> {
  if (ifMatch === undefined) return;
  const last = await edit.tx.withKnex((db) => lastChangeOf(db, endpoint.entity, row.id));
  if (last > ifMatch) {
    throw new VnetError('PreconditionFailed', `changed at revision ${last}, after ${ifMatch}: read it again`);
  }
  const newest = await edit.tx.withKnex(lastRevision);
  if (ifMatch > newest) {
    throw new VnetError(
      'PreconditionFailed',
      `revision ${ifMatch} has not been, the last one is ${newest}: read again`,
    );
  }
  const oldest = await edit.tx.withKnex(oldestRevision);
  if (ifMatch < oldest - 1) {
    throw new VnetError('PreconditionFailed', `revision ${ifMatch} is too old to tell: the log begins at ${oldest}`);
  }
}
