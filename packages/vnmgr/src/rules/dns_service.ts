import { VnetError, formatIpv4, parseIpv4 } from '@vnet/model';
import type { Completion, Revision } from './rule.ts';

/** `8.8.8.8, 8.8.4.4` → `8.8.8.8,8.8.4.4` */
function publicDns(text: string | null | undefined): string | null {
  if (text == null || text.trim() === '') return null;
  const addresses = text.split(',').map((part) => {
    const address = parseIpv4(part.trim());
    if (address !== undefined) return formatIpv4(address);
    throw new VnetError(
      'ArgumentError',
      `public_dns: ${JSON.stringify(part.trim())} is not an IPv4 address; give addresses separated by commas: 8.8.8.8,8.8.4.4`,
    );
  });
  return addresses.join(',');
}

export const completeDnsService: Completion<'dns_service'> = async (edit, draft) => {
  const service = await edit.tx.get('network_service', draft.network_service_id ?? null);
  if (service !== undefined && service.mode !== 'dns') {
    throw new VnetError('ArgumentError', `network_service_uuid: ${service.uuid} is of mode ${service.mode}, not dns`);
  }
  return { ...draft, public_dns: publicDns(draft.public_dns) };
};

export const reviseDnsService: Revision<'dns_service'> = (_edit, _row, patch) =>
  Promise.resolve(patch.public_dns === undefined ? patch : { ...patch, public_dns: publicDns(patch.public_dns) });
