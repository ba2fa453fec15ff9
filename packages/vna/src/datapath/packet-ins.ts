import { FRAGMENTS, type FieldName, type Match, type MessageOf, type SwitchChannel } from '@vnet/openflow';
import type { Log } from '../log.ts';
import { NETWORK_FIELD, REGISTERS, type Register } from '../pipeline/registers.ts';

/** A packet that the pipeline handed to the agent. */
export interface PacketIn {
  /** Why; see `REASON`. */
  readonly reason: number;
  readonly network: number;
  /** Ids of the interfaces it comes from and goes to, as far as the pipeline had found out; otherwise 0. */
  readonly source: number;
  readonly destination: number;
  readonly transport: number;
  /** Id of the datapath that it came from through a tunnel, otherwise 0. */
  readonly sender: number;
  readonly inPort: number | undefined;
  readonly frame: Buffer;
}

/** Longer than any frame: whole packets come. A management connection gets none at all while this is 0. */
const WHOLE_PACKET = 0xffff;
const ACTION_REASON = 1 << 1;
/** Added, deleted, modified: a switch that dials in has one connection for everything. */
const PORT_STATUS = { portStatusMaster: 0b111, portStatusSlave: 0b111 } as const;

/** Makes a connection to the switch the one that packets are handed to. */
export function receivePackets(channel: SwitchChannel, log: Log, onPacketIn: (packet: PacketIn) => void): void {
  const configure = async (): Promise<void> => {
    // Rules about ports see those of the first fragment.
    await channel.send({ type: 'set_config', flags: FRAGMENTS.nx_match, missSendLen: WHOLE_PACKET });
    await channel.send({
      type: 'set_async',
      packetInMaster: ACTION_REASON,
      packetInSlave: ACTION_REASON,
      ...PORT_STATUS,
    });
  };
  const onUp = (): void => {
    configure().catch((error: unknown) => log.warn({ error: String(error) }, 'packets cannot be received'));
  };
  channel.on('up', onUp);
  channel.on('message', (message) => {
    if (message.type !== 'packet_in') return;
    try {
      onPacketIn(readPacketIn(message));
    } catch (error) {
      log.error({ error: String(error) }, 'a packet could not be dealt with');
    }
  });
  if (channel.isUp) onUp();
}

function readPacketIn({ match, data }: MessageOf<'packet_in'>): PacketIn {
  return {
    reason: register(match, REGISTERS.REASON),
    network: Number(valueOf(match, NETWORK_FIELD) ?? 0n),
    source: register(match, REGISTERS.SOURCE),
    destination: register(match, REGISTERS.DESTINATION),
    transport: register(match, REGISTERS.TRANSPORT),
    sender: register(match, REGISTERS.SENDER),
    inPort: numberOf(match, 'in_port'),
    frame: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  };
}

function register(match: Match, { field, offset, bits }: Register): number {
  const value = BigInt(valueOf(match, field) ?? 0);
  return Number((value >> BigInt(offset)) & ((1n << BigInt(bits)) - 1n));
}

function numberOf(match: Match, field: FieldName): number | undefined {
  const value = valueOf(match, field);
  return value === undefined ? undefined : Number(value);
}

function valueOf(match: Match, field: FieldName): number | bigint | undefined {
  const entry = match[field];
  const value = typeof entry === 'object' && 'value' in entry ? entry.value : entry;
  return typeof value === 'number' || typeof value === 'bigint' ? value : undefined;
}
