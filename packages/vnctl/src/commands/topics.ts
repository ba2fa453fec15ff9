/** What belongs together, for the overview that `vnctl` gives; a noun in no topic stands under "Other". */

export const TOPICS: Readonly<Record<string, readonly string[]>> = {
  'The model as a whole:': ['show', 'tree', 'history', 'export', 'apply', 'batch'],
  'Seeing into it:': ['agents', 'why'],
  'Networks and machines:': ['networks', 'segments', 'interfaces', 'mac-leases', 'ip-leases'],
  'Hosts:': ['datapaths', 'topologies', 'edge'],
  'Routes and services:': ['routes', 'route-links', 'network-services', 'dns-services'],
  'Filters and translations:': ['security-groups', 'filters', 'translations', 'vlan-translations'],
  'Giving out addresses:': [
    ...['ip-range-groups', 'mac-range-groups', 'lease-policies'],
    ...['ip-lease-containers', 'ip-retention-containers'],
  ],
  'Other:': ['completion', 'help'],
};

const OTHER = 'Other:';

export function topicOf(word: string): string {
  return Object.entries(TOPICS).find(([, words]) => words.includes(word))?.[0] ?? OTHER;
}

/** Where a word stands in the overview; words of no topic are last. */
export function placeOf(word: string): number {
  const place = Object.values(TOPICS).flat().indexOf(word);
  return place === -1 ? Infinity : place;
}
