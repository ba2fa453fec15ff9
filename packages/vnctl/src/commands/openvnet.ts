/**
 * Options that OpenVNet's vnctl took and its API dropped (reference §4.2), by command: a script that gives them goes on
 * working. They are not sent, and a line on stderr says so.
 */
export const IGNORED_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  'interfaces rename': ['uuid'],
  'mac-leases modify': ['uuid'],
  'security-groups modify': ['uuid'],
  'topologies modify': ['mode'],
  'vlan-translations modify': ['uuid'],
};
