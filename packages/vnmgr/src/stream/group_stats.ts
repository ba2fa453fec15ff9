/** What the rules of a security group have let pass, and what was denied to its members: counted by the switches. */
import type { RuleCounters, RuleStats } from '@vnet/model';
import type { Queries } from '../store/queries.ts';
import type { Hub } from './hub.ts';
import type { Questions } from './questions.ts';

const PATIENCE_MS = 3_000;

/** The same rule on several hosts is one line. */
function sumRules(hosts: readonly RuleStats[]): RuleCounters[] {
  const sums = new Map<string, RuleCounters>();
  for (const each of hosts.flatMap(({ rules }) => rules)) {
    const key = `${each.direction} ${each.line} ${each.rule}`;
    const sum = sums.get(key);
    sums.set(key, {
      direction: each.direction,
      rule: each.rule,
      line: each.line,
      connections: (sum?.connections ?? 0) + each.connections,
      packets: (sum?.packets ?? 0) + each.packets,
      bytes: (sum?.bytes ?? 0) + each.bytes,
    });
  }
  return [...sums.values()];
}

/** @throws {VnetError} UnknownUUIDResource */
export async function groupStats<Peer>(
  queries: Queries,
  uuid: string,
  { hub, questions }: { readonly hub: Hub<Peer>; readonly questions: Questions<Peer> },
): Promise<object> {
  const group = await queries.byUuid('security_group', uuid);
  const concerned = hub.agents().filter(([, session]) => session.scopes.has(`group/${group.id}`));
  const peers = concerned.map(([peer]) => peer);
  const answers = await questions.ask(peers, 'rule_stats', { uuid }, PATIENCE_MS);
  const hosts = answers.filter((answer) => answer !== undefined);
  return {
    uuid: group.uuid,
    rules: sumRules(hosts),
    denied: hosts.flatMap(({ denied }) =>
      denied.map(({ interface: face, ...counters }) => ({ interface_uuid: face, ...counters })),
    ),
    hosts: concerned.map(([, { nodeId }], i) => ({ node_id: nodeId, answered: answers[i] !== undefined })),
  };
}
