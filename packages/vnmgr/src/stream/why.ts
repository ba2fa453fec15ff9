/** Whether packets from one interface to another arrive, and who decides: asked of the hosts where the two live. */
import { type Explanation, type ParamValue, type Row, VnetError, type WhyQuestion } from '@vnet/model';
import type { Queries } from '../store/queries.ts';
import type { Hub } from './hub.ts';
import type { Questions } from './questions.ts';

/** A trace through the switch takes milliseconds; the agent may be compiling. */
const PATIENCE_MS = 3_000;

interface Packet {
  readonly protocol: number;
  readonly port: number | null;
}

const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17 };
const WITH_PORTS = ['tcp', 'udp'];

/** `tcp:22`, `udp:53`, `icmp`, or the number of a protocol. @throws {VnetError} ArgumentError */
export function parsePacket(text: ParamValue | undefined): Packet {
  const [, name = '', port] = /^(\w+)(?::(\d{1,5}))?$/.exec(String(text)) ?? [];
  const protocol = PROTOCOLS[name] ?? (/^\d{1,3}$/.test(name) ? Number(name) : 256);
  const isWhole =
    WITH_PORTS.includes(name) === (port !== undefined) && Number(port ?? 1) >= 1 && Number(port ?? 1) <= 65535;
  if (protocol <= 255 && isWhole) return { protocol, port: port === undefined ? null : Number(port) };
  throw new VnetError(
    'ArgumentError',
    `packet: ${JSON.stringify(text)} is not a packet such as tcp:22, udp:53 or icmp`,
  );
}

/** The datapath where an interface lives. */
async function homeOf(queries: Queries, face: Row<'interface'>): Promise<Row<'datapath'>> {
  const place = await queries.first('active_interface', { interface_id: face.id, singular: true });
  const datapath = await queries.get('datapath', place?.datapath_id ?? null);
  if (datapath !== undefined) return datapath;
  throw new VnetError(
    'ArgumentError',
    `${face.uuid} lives on no host: plug its port, see vnctl interfaces ports show ${face.uuid}`,
  );
}

/** One host's part of the way. */
interface Leg extends Explanation {
  readonly node_id: string;
  readonly datapath_uuid: string;
}

export interface WhyOptions<Peer> {
  readonly hub: Hub<Peer>;
  readonly questions: Questions<Peer>;
}

async function askHost<Peer>(
  { hub, questions }: WhyOptions<Peer>,
  host: Row<'datapath'>,
  params: WhyQuestion,
): Promise<Leg> {
  const [peer] = hub.agents().find(([, session]) => session.dpid === host.dpid) ?? [];
  const remedy = `see vnctl agents, and the log of vna on ${host.node_id}`;
  if (peer === undefined) {
    throw new VnetError('AgentUnavailable', `the agent of ${host.uuid} is not connected; ${remedy}`);
  }
  const [answer] = await questions.ask([peer], 'why', params, PATIENCE_MS);
  if (answer !== undefined) return { node_id: host.node_id, datapath_uuid: host.uuid, ...answer };
  throw new VnetError(
    'ArgumentError',
    `${host.uuid} cannot tell: the two have no network in common there, or its switch does not answer; ${remedy}`,
  );
}

/** @throws {VnetError} */
export async function why<Peer>(
  queries: Queries,
  path: Readonly<Record<string, string>>,
  packet: ParamValue | undefined,
  options: WhyOptions<Peer>,
): Promise<object> {
  const { protocol, port } = parsePacket(packet);
  const from = await queries.byUuid('interface', path['from_uuid'] ?? '', 'from_uuid');
  const to = await queries.byUuid('interface', path['to_uuid'] ?? '', 'to_uuid');
  const [source, destination] = [await homeOf(queries, from), await homeOf(queries, to)];
  const question = { from: from.id, to: to.id, protocol, port };
  const legs = [await askHost(options, source, question)];
  if (legs[0]!.outcome === 'sent' && source.id !== destination.id) {
    legs.push(await askHost(options, destination, question));
  }
  const last = legs.at(-1)!;
  return {
    from_uuid: from.uuid,
    to_uuid: to.uuid,
    packet,
    allowed: last.outcome === 'delivered',
    reason:
      last.reasons.at(-1) ??
      (last.outcome === 'delivered' ? 'no filter and no security group is in the way' : last.purpose),
    hosts: legs,
  };
}
