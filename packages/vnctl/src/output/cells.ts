/** One value as people read it. */
import type { Row } from './answers.ts';
import { agentText } from './datapath_agent.ts';
import { declarationOf, formatIpv4, formatMac, type EntityName, type Field } from '@vnet/model';

/** Columns that are texts of their own. */
const TEXTS: Readonly<Record<string, (value: object) => string>> = {
  'datapath agent': agentText,
  'interface ports': portsText,
};

/** Fills in what only the declaration knows: some replies carry addresses as numbers (reference §3). */
export function cell(entity: EntityName, column: string, value: unknown): string {
  const text = TEXTS[`${entity} ${column}`];
  if (text !== undefined && typeof value === 'object' && value !== null) return text(value);
  const field: Field | undefined = declarationOf(entity).fields[column];
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' && field?.type === 'ipv4') return formatIpv4(value);
  if (typeof value === 'number' && field?.type === 'mac') return formatMac(value);
  if (Array.isArray(value)) return value.map(nested).join('\n');
  return typeof value === 'object' ? nested(value) : scalar(value);
}

/** `trunk0 on dp-edge1`, a line for each port. */
function portsText(ports: object): string {
  return (ports as readonly Row[])
    .map(({ port_name: name, datapath_uuid: datapath }) =>
      [
        ...(isScalar(name) ? [scalar(name)] : ['any name']),
        ...(isScalar(datapath) ? [`on ${scalar(datapath)}`] : []),
      ].join(' '),
    )
    .join('\n');
}

/** A row inside a row, on one line: `ml-1 02:00:00:00:01:01`, and what is inside of that in brackets. */
function nested(value: unknown): string {
  if (typeof value !== 'object' || value === null) return scalar(value);
  const row = value as Readonly<Record<string, unknown>>;
  const shown = ['uuid', 'mac_address', 'ipv4_address', 'network_uuid']
    .map((key) => row[key])
    .filter(isScalar)
    .map(scalar);
  const inner = Object.values(row).filter(Array.isArray).flat().map(nested);
  return [...shown, ...(inner.length === 0 ? [] : [`[${inner.join(', ')}]`])].join(' ');
}

function isScalar(value: unknown): boolean {
  return value !== undefined && value !== null && typeof value !== 'object';
}

function scalar(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
