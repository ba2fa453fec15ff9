import { ownDatapath } from '../compile/bindings.ts';
import { domainOfKey, linkOf } from '../compile/domain.ts';
import type { View } from '../compile/emit.ts';
import { tagFor } from '../compile/edge/bindings.ts';
import { tunnelMtu, underlayMtu } from '../compile/underlay.ts';
import type { PacketIn } from '../datapath/packet-readers.ts';
import type { Log } from '../log.ts';
import { REASON, TRANSPORT } from '../pipeline/registers.ts';
import { DeniedLog } from './denied-log.ts';
import { Learner, type Lesson } from './learner.ts';
import { PacketLimit } from './packet-limit.ts';
import type { PacketOut } from './packet-out.ts';
import { TooBigLog } from './too-big-log.ts';
import { tooBigReply } from './too-big.ts';

/** Answers the packets that the pipeline hands to the agent: a closed list, by reason. */
export class PacketInService {
  readonly #view: View;
  readonly #send: (packets: readonly PacketOut[]) => void;
  readonly #tooBigLog: TooBigLog;
  readonly #deniedLog: DeniedLog;
  readonly #limit = new PacketLimit();
  readonly #services: ReadonlyMap<number, (packet: PacketIn, inPort: number) => unknown>;

  constructor(
    view: View,
    send: (packets: readonly PacketOut[]) => void,
    teach: (lesson: Lesson) => void,
    edge: (packet: PacketIn, inPort: number) => boolean,
    group: (packet: PacketIn) => void,
    log: Log,
  ) {
    const learner = new Learner(view);
    this.#view = view;
    this.#send = send;
    this.#tooBigLog = new TooBigLog(log);
    this.#deniedLog = new DeniedLog(view, log);
    const denied = (packet: PacketIn): void => this.#deniedLog.receive(packet);
    this.#services = new Map<number, (packet: PacketIn, inPort: number) => unknown>([
      [REASON.deniedByFilter, denied],
      [REASON.deniedByGroups, denied],
      [REASON.edge, edge],
      [REASON.group, group],
      [REASON.tooBig, (packet: PacketIn, inPort: number) => this.#tooBig(packet, inPort)],
      [
        REASON.learn,
        (packet: PacketIn) => {
          if (edge(packet, packet.inPort ?? 0)) return;
          const lesson = learner.learn(packet);
          if (lesson) teach(lesson);
        },
      ],
    ]);
  }

  receive(packet: PacketIn): void {
    const { inPort, reason } = packet;
    if (inPort !== undefined && this.#limit.admits(inPort)) this.#services.get(reason)?.(packet, inPort);
  }

  close(): void {
    this.#tooBigLog.close();
    this.#deniedLog.close();
  }

  #tooBig({ network, transport, source, frame }: PacketIn, inPort: number): void {
    const networkMtu = this.#view.get('network', network)?.mtu ?? null;
    const mtu = transport === TRANSPORT.tunnel ? tunnelMtu(this.#view, networkMtu) : underlayMtu(this.#view);
    const own = ownDatapath(this.#view);
    const ownMac = own && linkOf(this.#view, domainOfKey(network), own.id)?.mac_address;
    const reply = tooBigReply(frame, mtu, ownMac);
    this.#tooBigLog.count(inPort, mtu, reply !== undefined);
    if (reply)
      this.#send([{ frame: reply, actions: [...tagFor(this.#view, source), { type: 'output', port: inPort }] }]);
  }
}
