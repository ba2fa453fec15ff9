import { dataCentre, type TestRow } from './test-rows.ts';

/** Interfaces of the data centre: local ones of both tenants, and those of tenant 1 on the neighbour and behind the router. */
export const FACES = { local: 31, neighbour: 32, far: 33, otherTenant: 41 } as const;

export const group = (id: number, uuid: string, rules: string, more: object = {}): TestRow => ({
  table: 'security_group',
  row: { id, uuid, display_name: uuid, rules, description: null, trust_members: true, ...more },
});

export const membership = (id: number, interfaceId: number, groupId: number): TestRow => ({
  table: 'interface_security_group',
  row: { id, interface_id: interfaceId, security_group_id: groupId },
});

export const filter = (id: number, interfaceId: number, more: object = {}): TestRow => ({
  table: 'filter',
  row: {
    id,
    uuid: `fil-${id}`,
    mode: 'static',
    interface_id: interfaceId,
    ingress_passthrough: false,
    egress_passthrough: false,
    ...more,
  },
});

export const filterRule = (
  id: number,
  filterId: number,
  protocol: string,
  action: string,
  more: object = {},
): TestRow => ({
  table: 'filter_static',
  row: {
    id,
    filter_id: filterId,
    protocol,
    action,
    src_address: 0,
    src_prefix: 0,
    dst_address: 0,
    dst_prefix: 0,
    src_port: null,
    dst_port: null,
    ...more,
  },
});

/** Changes columns of one row. */
export function changed(rows: readonly TestRow[], table: string, id: number, values: object): TestRow[] {
  return rows.map((each) =>
    each.table === table && each.row.id === id ? { ...each, row: { ...each.row, ...values } } : each,
  );
}

export function without(rows: readonly TestRow[], table: string, id: number): TestRow[] {
  return rows.filter((each) => each.table !== table || each.row.id !== id);
}

const WEB_RULES = `
tcp:22:10.0.0.0/8, icmp:-1:0.0.0.0/0
tcp:8000-8080:sg-db # from the databases
egress tcp:443:0.0.0.0/0
egress udp:53:sg-db`;

/** The data centre with a local machine of tenant 1 in a group, and the one of tenant 2 behind a filter. */
export function securedDataCentre(): TestRow[] {
  return [
    ...changed(dataCentre(), 'interface', FACES.otherTenant, { enable_filtering: true }),
    group(1, 'sg-web', WEB_RULES),
    membership(1, FACES.local, 1),
    membership(2, FACES.neighbour, 1),
    group(2, 'sg-db', '', { trust_members: false }),
    membership(3, FACES.far, 2),
    filter(1, FACES.otherTenant, { egress_passthrough: true }),
    filterRule(1, 1, 'arp', 'pass'),
    filterRule(2, 1, 'tcp', 'pass', { dst_port: 22, src_address: 0x0a000000, src_prefix: 8 }),
    filterRule(3, 1, 'udp', 'conn', { src_port: 53 }),
    filterRule(4, 1, 'ip', 'drop', { src_address: 0x0a000002, src_prefix: 32 }),
  ];
}
