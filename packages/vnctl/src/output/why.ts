/** `vnctl why`: whether a packet arrives, who decides, and the way it takes. */
import type { Row } from './answers.ts';

interface Host {
  readonly node_id: string;
  readonly datapath_uuid: string;
  readonly outcome: 'delivered' | 'sent' | 'punted' | 'dropped';
  readonly table: string;
  readonly purpose: string;
  readonly reasons: readonly string[];
}

interface Why {
  readonly from_uuid: string;
  readonly to_uuid: string;
  readonly packet: string;
  readonly allowed: boolean;
  readonly reason: string;
  readonly hosts: readonly Host[];
}

const OUTCOMES: Readonly<Record<Host['outcome'], string>> = {
  delivered: 'delivered to the machine',
  sent: 'sent to the next host',
  punted: 'handed to the agent',
  dropped: 'dropped',
};

export function whyText(body: Row): string {
  const { from_uuid: from, to_uuid: to, packet, allowed, reason, hosts } = body as unknown as Why;
  return [
    `${from} → ${to} ${packet}: ${allowed ? 'allowed' : 'not allowed'}`,
    `  ${reason}`,
    ...hosts.flatMap(hostLines),
  ].join('\n');
}

function hostLines({ node_id: node, datapath_uuid: datapath, outcome, table, purpose, reasons }: Host): string[] {
  const where = outcome === 'dropped' ? ` in table ${table} (${purpose})` : '';
  return [`on ${node} (${datapath}): ${OUTCOMES[outcome]}${where}`, ...reasons.map((each) => `  ${each}`)];
}
