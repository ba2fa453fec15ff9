import type { OvsNode } from '../src/index.ts';
import type { DataCentre } from './data-centre.ts';
import { until } from './until.ts';

/** Settings of an OVS bond. */
export type Bond = Readonly<Record<string, string>>;

export const LACP: Bond = { bond_mode: 'balance-tcp', lacp: 'active', 'other_config:lacp-time': 'fast' };

/** Lays cables between two switches; both ends of each have the same name. */
export async function layCables(centre: DataCentre, a: OvsNode, b: OvsNode, links: readonly string[]): Promise<void> {
  for (const link of links) {
    const ends = `link add ${link} netns ${a.namespace} type veth peer ${link} netns ${b.namespace}`;
    await centre.lab.machine.exec(['ip', ...ends.split(' ')]);
    for (const node of [a, b]) await node.exec(['ip', 'link', 'set', link, 'up']);
  }
}

export interface Plugs {
  readonly links: readonly string[];
  /** Ports to remove before. */
  readonly old?: readonly string[];
  /** Name of the bond. */
  readonly name: string;
  /** undefined: they are ports by themselves. */
  readonly bond: Bond | undefined;
  /** Settings of the bond's port, or of each. */
  readonly port?: Bond;
  /** Settings of each link. */
  readonly link?: Bond;
}

function settings(values: Bond): string[] {
  return Object.entries(values).map(([key, value]) => `${key}=${value}`);
}

/** Plugs cables into a switch anew. */
export async function plug(node: OvsNode, { links, old = [], name, bond, port = {}, link = {} }: Plugs): Promise<void> {
  const set = (table: string, names: readonly string[], values: Bond): string[] =>
    Object.keys(values).length === 0 ? [] : names.flatMap((each) => ['--', 'set', table, each, ...settings(values)]);
  await node.vsctl(...[name, ...old, ...links].flatMap((each) => ['--', '--if-exists', 'del-port', each]));
  const ports = bond ? [name] : links;
  await node.vsctl(
    ...(bond
      ? ['--', 'add-bond', 'br0', name, ...links, ...settings(bond)]
      : links.flatMap((each) => ['--', 'add-port', 'br0', each])),
    ...set('port', ports, port),
    ...set('interface', links, link),
  );
}

const LAG = 'lag';

/** Plugs cables into a static group (LAG), as physical switches have it without LACP: OVS has none, so it is a bridge of its own. */
export async function plugStatic(node: OvsNode, links: readonly string[], port: Bond): Promise<void> {
  await unplugStatic(node);
  await node.vsctl(...links.flatMap((each) => ['--', '--if-exists', 'del-port', each]));
  const patch = (name: string, bridge: string, peer: string, more: readonly string[] = []): string[] => [
    ...['--', 'add-port', bridge, name, '--', 'set', 'interface', name, 'type=patch', `options:peer=${peer}`, ...more],
  ];
  await node.vsctl(
    ...['add-br', LAG, '--', 'set', 'bridge', LAG, 'datapath_type=netdev', 'fail_mode=secure', 'protocols=OpenFlow13'],
    ...links.flatMap((each, index) => [
      ...['--', 'add-port', LAG, each, '--', 'set', 'interface', each, `ofport_request=${index + 1}`],
    ]),
    ...patch('lag-in', LAG, 'lag-out', ['ofport_request=100']),
    ...patch('lag-out', 'br0', 'lag-in'),
    ...['--', 'set', 'port', 'lag-out', ...settings(port)],
  );
  const ofctl = async (...words: readonly string[]): Promise<unknown> =>
    node.exec(['ovs-ofctl', '-O', 'OpenFlow13', words[0]!, node.openflow.replace('br0', LAG), ...words.slice(1)]);
  const buckets = links.map((_, index) => `bucket=watch_port:${index + 1},output:${index + 1}`);
  await ofctl('add-group', `group_id=1,type=select,${buckets.join(',')}`);
  await ofctl('add-flow', 'in_port=100,actions=group:1');
  await ofctl('add-flow', 'priority=1,actions=output:100');
}

export async function unplugStatic(node: OvsNode): Promise<void> {
  await node.vsctl('--if-exists', 'del-port', 'lag-out', '--', '--if-exists', 'del-br', LAG);
}

/** Waits until `vnctl datapaths show` says this of the agent and its links, and nothing else. */
export async function untilShown(centre: DataCentre, host: string, lines: readonly string[]): Promise<void> {
  let shown = '';
  const isShown = async (): Promise<boolean> => {
    shown = (await centre.vnctl('datapaths', 'show', `dp-${host}`)).stdout;
    const [, agent = ''] = /^agent +([^]*?)\n(?=\w)/m.exec(shown) ?? [];
    const [state = '', ...links] = agent.split('\n').map((line) => line.trim());
    return /^connected since \d{4}-/.test(state) && links.join('\n') === lines.join('\n');
  };
  await until(isShown, () => `it is shown:\n${lines.join('\n')}\nbut:\n${shown}`, 20_000);
}
