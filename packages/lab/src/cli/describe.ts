import type { Lab } from '../lab/lab.ts';
import { table } from '../text/table.ts';

/** What a person wants to know about a lab that is up. */
export function describeLab(lab: Lab): string {
  const { routers, servers } = lab.topology;
  const sections = [
    table(
      ['HOST', 'SEGMENT', 'ADDRESS', 'MAC', 'DATAPATH ID', 'FILES'],
      lab.hosts.map(({ name, identity, paths }) => [
        name,
        identity.segment,
        identity.address,
        identity.mac,
        identity.dpid,
        paths.runDir,
      ]),
    ),
    table(
      ['VM', 'HOST', 'PORT', 'ADDRESS', 'MAC'],
      lab.vms.map(({ name, host, port, address, mac }) => [name, host, port, address ?? '-', mac]),
    ),
    table(
      ['ROUTER', 'SEGMENT', 'ADDRESS'],
      Object.entries(routers).flatMap(([name, lines]) =>
        Object.entries(lines).map(([segment, address]) => [name, segment, address]),
      ),
    ),
    table(
      ['SERVER', 'SEGMENT', 'ADDRESS'],
      Object.entries(servers).map(([name, { segment, address }]) => [name, segment ?? '-', address]),
    ),
  ];
  return `Lab ${lab.id} in ${lab.dir}\n\n${sections.filter((section) => section !== '').join('\n')}`;
}
