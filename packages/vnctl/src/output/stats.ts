/** `vnctl security-groups stats`: a line for each rule, then what was denied. */
import type { Row } from './answers.ts';
import { horizontalTable } from './table.ts';

interface Counters {
  readonly direction: string;
  readonly packets: number;
  readonly bytes: number;
}

interface Stats {
  readonly rules: readonly (Counters & {
    readonly rule: string;
    readonly line: number | null;
    readonly connections: number;
  })[];
  readonly denied: readonly (Counters & { readonly interface_uuid: string })[];
  readonly hosts: readonly { readonly node_id: string; readonly answered: boolean }[];
}

/** What is allowed without being written. */
const UNWRITTEN: Readonly<Record<string, string>> = {
  open: '(no egress rule: everything out)',
  members: '(among members)',
};

export function statsText(body: Row): string {
  const { rules, denied, hosts } = body as unknown as Stats;
  if (hosts.length === 0) return 'no host has a member of the group, or rules that name it';
  const silent = hosts.filter(({ answered }) => !answered).map(({ node_id: node }) => node);
  return [
    horizontalTable(
      ['direction', 'line', 'rule', 'connections', 'packets', 'bytes'],
      rules.map(({ direction, line, rule, connections, packets, bytes }) => [
        direction,
        line === null ? '' : String(line),
        line === null ? (UNWRITTEN[rule] ?? rule) : rule,
        ...[connections, packets, bytes].map(String),
      ]),
    ),
    ...(denied.length === 0 ? [] : ['', 'denied']),
    ...(denied.length === 0
      ? []
      : [
          horizontalTable(
            ['direction', 'interface_uuid', 'packets', 'bytes'],
            denied.map(({ direction, interface_uuid: face, packets, bytes }) => [
              direction,
              face,
              ...[packets, bytes].map(String),
            ]),
          ),
        ]),
    ...(silent.length === 0 ? [] : [`(no answer from ${silent.join(', ')})`]),
  ].join('\n');
}
