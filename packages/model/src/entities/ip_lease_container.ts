import { declare } from '../declaration.ts';

export const ip_lease_container = declare({
  name: 'ip_lease_container',
  table: 'ip_lease_containers',
  prefix: 'ilc',
  doc: 'A set of IP leases that lease policies have made.',
  fields: {},
  api: [{ kind: 'resource', path: 'ip_lease_containers' }],
});
