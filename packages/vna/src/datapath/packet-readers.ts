import type { FieldName, Match, MessageOf } from '@vnet/openflow';
import { vlanTranslationOf } from '../compile/edge/bindings.ts';
import { partsOf } from '../pipeline/plain-metadata.ts';
import { NETWORK_FIELD, REASON, REGISTERS, type Register } from '../pipeline/registers.ts';
import { TABLES } from '../pipeline/tables.ts';

/** A packet that the pipeline handed to the agent. */
export interface PacketIn {
  /** Why; see `REASON`. */
  readonly reason: number;
  readonly network: number;
  /** Ids of the interfaces it comes from and goes to, as far as the pipeline had found out; otherwise 0. */
  readonly source: number;
  readonly destination: number;
  readonly transport: number;
  readonly inPort: number | undefined;
  readonly frame: Buffer;
}

type Message = MessageOf<'packet_in'>;
type Found = Omit<PacketIn, 'inPort' | 'frame'>;

/** With registers, the pipeline says everything about the packet. */
function fromRegisters({ match }: Message): Found {
  return {
    reason: register(match, REGISTERS.REASON),
    network: Number(valueOf(match, NETWORK_FIELD) ?? 0n),
    source: register(match, REGISTERS.SOURCE),
    destination: register(match, REGISTERS.DESTINATION),
    transport: register(match, REGISTERS.TRANSPORT),
  };
}

/** In plain OpenFlow, `metadata` and the table do. */
function fromMetadata({ match, table }: Message): Found {
  const { network, source } = partsOf(BigInt(valueOf(match, 'metadata') ?? 0));
  const unknown = vlanTranslationOf(source) === undefined ? REASON.learn : REASON.edge;
  return {
    reason: table === TABLES.PORTS.id ? REASON.group : unknown,
    network,
    source,
    destination: 0,
    transport: 0,
  };
}

/** Which tables hand packets to the agent, and how it is read why. */
const READERS: ReadonlyMap<number, (message: Message) => Found> = new Map([
  [TABLES.PUNT.id, fromRegisters],
  [TABLES.PORTS.id, fromMetadata],
  [TABLES.SENDER.id, fromMetadata],
]);

/** @returns undefined for a packet of a table that hands none to the agent */
export function readPacketIn(message: Message): PacketIn | undefined {
  const { match, data, table } = message;
  const found = READERS.get(table)?.(message);
  const inPort = valueOf(match, 'in_port');
  return (
    found && {
      ...found,
      inPort: inPort === undefined ? undefined : Number(inPort),
      frame: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    }
  );
}

function register(match: Match, { field, offset, bits }: Register): number {
  const value = BigInt(valueOf(match, field) ?? 0);
  return Number((value >> BigInt(offset)) & ((1n << BigInt(bits)) - 1n));
}

function valueOf(match: Match, field: FieldName): number | bigint | undefined {
  const entry = match[field];
  const value = typeof entry === 'object' && 'value' in entry ? entry.value : entry;
  return typeof value === 'number' || typeof value === 'bigint' ? value : undefined;
}
