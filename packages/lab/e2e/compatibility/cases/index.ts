/** The cases of all endpoints. */
import { expect } from 'vitest';
import { type Cases, exactly } from '../case.ts';
import { ENDPOINTS, FORMER_ENDPOINTS } from '../reference/endpoints.ts';
import { datapathLinks, datapaths } from './datapaths.ts';
import { filters, translations, vlanTranslations } from './filters.ts';
import { associations, interfaces, ports } from './interfaces.ts';
import { ipLeases, macLeases } from './leases.ts';
import { networks, segments } from './networks.ts';
import { containers, ipRangeGroups, leasePolicies, macRangeGroups } from './policies.ts';
import { routeLinks, routes } from './routing.ts';
import { securityGroups } from './security_groups.ts';
import { dnsServices, networkServices } from './services.ts';
import { topologies } from './topologies.ts';

export const endpointCases: Cases = {
  ...networks,
  ...segments,
  ...interfaces,
  ...ports,
  ...associations,
  ...macLeases,
  ...ipLeases,
  ...datapaths,
  ...datapathLinks,
  ...routes,
  ...routeLinks,
  ...networkServices,
  ...dnsServices,
  ...filters,
  ...translations,
  ...vlanTranslations,
  ...leasePolicies,
  ...ipRangeGroups,
  ...macRangeGroups,
  ...containers,
  ...topologies,
  ...securityGroups,
  'GET /browse': {
    send: '/browse?format=json',
    reply: exactly(
      expect.arrayContaining([
        expect.objectContaining({ route: 'POST  /networks' }),
        expect.objectContaining({ route: 'GET  /browse' }),
      ]),
    ),
  },
};

const ROWS = new Set([...ENDPOINTS, ...FORMER_ENDPOINTS].flatMap(({ rows }) => Object.keys(rows)));

/** The endpoint of a case: its name without the remark. */
export function rowOf(name: string): string {
  return ROWS.has(name) ? name : name.replace(/ \(.*\)$/, '');
}
