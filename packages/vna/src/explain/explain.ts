/** Why a packet from one interface to another goes where it goes on this host: asked of the switch itself. */
import type { Explanation, WhyQuestion } from '@vnet/model';
import { IP_PROTOCOL } from '@vnet/packet';
import { homeOf, ownAddress, transportTo, tunnelPort, uplinkPort } from '../compile/bindings.ts';
import type { View } from '../compile/emit.ts';
import { filteringOf } from '../compile/filtering/interface.ts';
import { PIPELINES, type Table } from '../pipeline/tables.ts';
import type { Tables } from '../state/tables.ts';
import { type TracedPacket, traceArgument } from './packet.ts';
import { type Trace, parseTrace } from './trace.ts';

export interface ExplainOptions {
  readonly view: View;
  /** `ofproto/trace` of a flow on the bridge. */
  readonly trace: (flow: string) => Promise<string>;
  /** Of the flows with these cookies: who wanted them. */
  readonly reasonsOf: (cookies: ReadonlySet<bigint>) => ReadonlyMap<bigint, string>;
}

interface End {
  readonly mac: number;
  readonly address: number;
  readonly networkId: number;
}

function endsOf(view: View, interfaceId: number): readonly End[] {
  return view.find('ip_lease', 'interface_id', interfaceId).flatMap((lease) => {
    const mac = view.get('mac_lease', lease.mac_lease_id)?.mac_address;
    return mac === undefined ? [] : [{ mac, address: lease.ipv4_address, networkId: lease.network_id }];
  });
}

/** The first addresses that both have in one network. */
function commonEnds(view: View, from: number, to: number): readonly [End, End] | undefined {
  for (const source of endsOf(view, from)) {
    const destination = endsOf(view, to).find(({ networkId }) => networkId === source.networkId);
    if (destination) return [source, destination];
  }
  return undefined;
}

/** How the packet comes in: from the interface's port, or from the host where the interface lives. */
function arrival(
  view: View,
  from: number,
  networkId: number,
): Pick<TracedPacket, 'inPort' | 'vlan' | 'tunnel'> | undefined {
  const bound = view.get('bound', from);
  if (bound) return { inPort: bound.ofport, ...(bound.vlan === null ? {} : { vlan: bound.vlan }) };
  const home = homeOf(view, from);
  if (home === undefined || home === 'here') return undefined;
  const transport = transportTo(view, home.datapathId);
  const own = ownAddress(view)?.address;
  const inPort = transport?.kind === 'tunnel' ? tunnelPort(view) : uplinkPort(view);
  if (transport === undefined || inPort === undefined || own === undefined) return undefined;
  if (transport.kind === 'uplink') return { inPort };
  return { inPort, tunnel: { key: networkId, from: transport.address, to: own } };
}

const tablesById = new Map<number, Table>(PIPELINES.ovs.map((table) => [table.id, table]));
const tablesByName = new Map<string, Table>(PIPELINES.ovs.map((table) => [table.name, table]));

/** Where the groups of an interface have been asked, and which interface that was. */
const FILTERED_BY: Readonly<Record<string, 'from' | 'to'>> = { EGRESS_VERDICT: 'from', INGRESS_VERDICT: 'to' };

/** The interface whose verdict ended the packet: the last one that there was. */
function filteredEnd(tables: readonly string[]): 'from' | 'to' | undefined {
  const verdict = tables.findLast((table) => FILTERED_BY[table] !== undefined);
  return verdict === undefined ? undefined : FILTERED_BY[verdict];
}

function groupNames(view: View, groups: readonly number[]): string {
  return groups.map((id) => view.get('security_group', id)?.uuid ?? 'a group that is not known yet').join(', ');
}

/** In words: that no rule of the interface's groups allows it. */
function notAllowed(view: View, face: Tables['interface'] | undefined): string | undefined {
  const by = face && filteringOf(view, face);
  if (!by?.grouped) return undefined;
  if (by.groups.length === 0) return `${face!.uuid}: ingress_filtering_enabled and no security group, nothing passes`;
  return `no rule of ${groupNames(view, by.groups)} allows it at ${face!.uuid}`;
}

function outcomeOf({ output, punted }: Trace, deliveredPort: number | undefined): Explanation['outcome'] {
  if (output === undefined) return punted ? 'punted' : 'dropped';
  return output === deliveredPort ? 'delivered' : 'sent';
}

/** @returns undefined when this host cannot tell: the two have no network in common here, or the packet cannot come here */
export async function explain(question: WhyQuestion, options: ExplainOptions): Promise<Explanation | undefined> {
  const { view, trace: ask, reasonsOf } = options;
  const ends = commonEnds(view, question.from, question.to);
  const came = ends && arrival(view, question.from, ends[0].networkId);
  if (!ends || !came) return undefined;
  const [source, destination] = ends;
  const { protocol, port } = question;
  const trace = parseTrace(await ask(traceArgument({ ...came, source, destination, protocol, port })));
  const tables = trace.steps.map(({ table }) => tablesById.get(table)?.name ?? String(table));
  const cookies = new Set(trace.steps.flatMap(({ cookie }) => (cookie === undefined ? [] : [cookie])));
  const known = reasonsOf(cookies);
  const reasons = trace.steps.flatMap(({ cookie }) => (cookie === undefined ? [] : (known.get(cookie) ?? [])));
  const outcome = outcomeOf(trace, view.get('bound', question.to)?.ofport);
  // The table that counts what is denied decides nothing.
  const last = tables.findLast((table) => table !== 'DENIED') ?? '';
  const filtered = outcome === 'dropped' ? filteredEnd(tables) : undefined;
  const missing =
    filtered === undefined || reasons.length > 0
      ? undefined
      : notAllowed(view, view.get('interface', question[filtered]));
  return {
    outcome,
    table: last,
    purpose: tablesByName.get(last)?.purpose ?? '',
    reasons: missing === undefined ? reasons : [...reasons, missing],
    path: tables,
  };
}

/** A question as the manager asks it; undefined when it is none. */
export function parseQuestion(params: Readonly<Record<string, unknown>>): WhyQuestion | undefined {
  const { from, to, protocol = IP_PROTOCOL.icmp, port = null } = params;
  const isCount = (value: unknown): value is number => Number.isInteger(value);
  if (!isCount(from) || !isCount(to) || !isCount(protocol) || (port !== null && !isCount(port))) return undefined;
  return { from, to, protocol, port };
}
