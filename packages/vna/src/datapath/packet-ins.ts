import { FRAGMENTS, type SwitchChannel } from '@vnet/openflow';
import type { Log } from '../log.ts';
import type { Pipeline } from '../pipeline/tables.ts';
import { readPacketIn, type PacketIn } from './packet-readers.ts';

/** Longer than any frame: whole packets come. A management connection gets none at all while this is 0. */
const WHOLE_PACKET = 0xffff;
const ACTION_REASON = 1 << 1;
/** Added, deleted, modified: a switch that dials in has one connection for everything. */
const PORT_STATUS = { portStatusMaster: 0b111, portStatusSlave: 0b111 } as const;
/** Rules about ports see those of the first fragment, where the pipeline has such rules. */
const FRAGMENTS_OF = { ovs: FRAGMENTS.nx_match, plain: FRAGMENTS.normal } as const satisfies Record<Pipeline, number>;

/** The connection that the switch hands packets to the agent on. */
export class PacketLine {
  readonly #log: Log;
  readonly #onPacketIn: (packet: PacketIn) => void;
  #channel: SwitchChannel | undefined;
  #pipeline: Pipeline | undefined;

  constructor(log: Log, onPacketIn: (packet: PacketIn) => void) {
    this.#log = log;
    this.#onPacketIn = onPacketIn;
  }

  use(channel: SwitchChannel): void {
    this.#channel = channel;
    channel.on('up', () => this.#configure());
    channel.on('message', (message) => {
      if (message.type !== 'packet_in') return;
      try {
        const packet = readPacketIn(message);
        if (packet) this.#onPacketIn(packet);
      } catch (error) {
        this.#log.error({ error: String(error) }, 'a packet could not be dealt with');
      }
    });
    if (channel.isUp) this.#configure();
  }

  /** The pipeline that the switch gets. */
  serve(pipeline: Pipeline | undefined): void {
    if (this.#pipeline === pipeline) return;
    this.#pipeline = pipeline;
    if (this.#channel?.isUp) this.#configure();
  }

  #configure(): void {
    const configure = async (channel: SwitchChannel, pipeline: Pipeline): Promise<void> => {
      await channel.send({ type: 'set_config', flags: FRAGMENTS_OF[pipeline], missSendLen: WHOLE_PACKET });
      await channel.send({
        type: 'set_async',
        packetInMaster: ACTION_REASON,
        packetInSlave: ACTION_REASON,
        ...PORT_STATUS,
      });
    };
    if (!this.#channel || !this.#pipeline) return;
    configure(this.#channel, this.#pipeline).catch((error: unknown) =>
      this.#log.warn({ error: String(error) }, 'packets cannot be received'),
    );
  }
}
