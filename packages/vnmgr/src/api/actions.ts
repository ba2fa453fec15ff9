/** What resources do besides create, show, list, update, delete: by the name of the endpoint. */
import { type Row, checkUuid } from '@vnet/model';
import { bareIpLeases, renderOne } from '../replies/index.ts';
import { leaseFromPolicy } from '../rules/lease_policy.ts';
import { attachIpLease, releaseIpLease } from '../rules/leases.ts';
import type { Editor } from '../rules/editor.ts';
import type { Extra } from '../rules/rule.ts';

type Action = (edit: Editor, row: Row, extra: Extra) => Promise<unknown>;

async function leaseReply(edit: Editor, lease: Row<'ip_lease'>): Promise<unknown> {
  await edit.settle();
  const [reply] = await bareIpLeases(edit.tx, [lease]);
  return reply;
}

function textOf(value: Extra[string]): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export const actions: Readonly<Record<string, Action>> = {
  'interfaces.rename': async (edit, row, { new_uuid }) => {
    const uuid = checkUuid('interface', 'new_uuid', new_uuid, '[a-z0-9]{1,16}');
    await edit.rename('interface', row as Row<'interface'>, uuid);
    await edit.settle();
    return [uuid];
  },
  'ip_leases.attach': async (edit, row, { interface_id, mac_lease_id }) => {
    const wanted = { interface_id: interface_id as number | null, mac_lease_id: mac_lease_id as number | null };
    return await leaseReply(edit, await attachIpLease(edit, row as Row<'ip_lease'>, wanted));
  },
  'ip_leases.release': async (edit, row) => await leaseReply(edit, await releaseIpLease(edit, row as Row<'ip_lease'>)),
  'lease_policies.ip_leases': async (edit, row, { ip_lease_uuid, label }) => {
    const given = textOf(ip_lease_uuid);
    const uuid = given === null ? undefined : checkUuid('ip_lease', 'ip_lease_uuid', given, '[a-z0-9]{1,16}');
    const lease = await leaseFromPolicy(edit, row as Row<'lease_policy'>, { uuid, label: textOf(label) });
    await edit.settle();
    return await renderOne(edit.tx, 'ip_lease', lease);
  },
};
