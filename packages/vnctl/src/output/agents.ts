/** `vnctl agents`: the hosts, how far their agents are, and what they warn of. */
import { isList, isRow, type Row } from './answers.ts';
import { checkNamed } from './columns.ts';
import { horizontalTable } from './table.ts';

interface Agent {
  readonly node_id: string;
  readonly datapath_uuid: string | null;
  readonly dpid: string;
  readonly connected: boolean;
  readonly connected_at: string | null;
  readonly revision: number | null;
  readonly sent_revision: number | null;
  readonly bridge?: string;
  readonly flows?: number;
  readonly interfaces?: number;
  readonly networks?: number;
  readonly warnings?: readonly { readonly message: string; readonly details: Row }[];
}

const COLUMNS: Readonly<Record<string, (agent: Agent) => string>> = {
  node_id: ({ node_id: node }) => node,
  datapath_uuid: ({ datapath_uuid: uuid }) => uuid ?? '(no datapath has this dpid)',
  dpid: ({ dpid }) => dpid,
  state: stateOf,
  revision: ({ revision }) => text(revision),
  bridge: ({ bridge }) => text(bridge),
  interfaces: ({ interfaces }) => text(interfaces),
  networks: ({ networks }) => text(networks),
  flows: ({ flows }) => text(flows),
  since: ({ connected_at: since }) => since ?? '',
  warnings: ({ warnings = [] }) => warnings.map(warningLine).join('\n'),
};

const SHOWN = ['node_id', 'datapath_uuid', 'state', 'revision', 'interfaces', 'networks', 'flows', 'since', 'warnings'];

export function agentsTable(body: Row, columns: readonly string[] = SHOWN): string {
  checkNamed(columns, Object.keys(COLUMNS));
  if (!isList(body) || body.items.length === 0) return '(none)';
  const agents = body.items as unknown as readonly Agent[];
  return horizontalTable(
    columns,
    agents.map((agent) => columns.map((column) => COLUMNS[column]!(agent))),
  );
}

/** Lines about objects with these uuids. */
export function warningsAbout(body: unknown, names: readonly string[]): readonly string[] {
  if (!isRow(body) || !isList(body)) return [];
  return (body.items as unknown as readonly Agent[]).flatMap(({ node_id: node, warnings = [] }) =>
    warnings
      .filter(({ details }) => Object.values(details).some((value) => names.includes(value as string)))
      .map((warning) => `${node} warns: ${warningLine(warning)}`),
  );
}

function stateOf({ connected, revision, sent_revision: sent }: Agent): string {
  if (!connected) return 'not connected';
  return (revision ?? 0) < (sent ?? 0) ? 'behind' : 'up to date';
}

function warningLine({ message, details }: NonNullable<Agent['warnings']>[number]): string {
  const said = Object.entries(details).map(([name, value]) => `${name} ${String(value)}`);
  return said.length === 0 ? message : `${message} (${said.join(', ')})`;
}

function text(value: string | number | null | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}
