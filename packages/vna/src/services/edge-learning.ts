import { decodeMatch, type FlowStatsEntry } from '@vnet/openflow';
import {
  DecodeError,
  decodeArp,
  decodeEthernet,
  decodeIpv4Header,
  ETHERTYPE,
  formatMac,
  rarpAnnouncement,
  type EthernetFrame,
} from '@vnet/packet';
import { edgeVlanOf, vlanTranslationOf, type EdgeVlan } from '../compile/edge/bindings.ts';
import { segmentDomain } from '../compile/domain.ts';
import { VLAN_LIMIT } from '../compile/edge/edge.ts';
import { isDeclaredHere } from '../compile/edge/host.ts';
import type { EdgeClaim } from '../compile/emit.ts';
import type { PacketIn } from '../datapath/packet-readers.ts';
import type { Log } from '../log.ts';
import type { State } from '../state/state.ts';
import type { EdgeSeen } from '../state/tables.ts';
import { EdgeMoves } from './edge-moves.ts';
import { entryInto } from './packet-entry.ts';
import type { PacketOut } from './packet-out.ts';

/** Learning goes on when so many of a full VLAN are left. */
const ROOM_AGAIN = Math.floor(0.9 * VLAN_LIMIT);
/** A machine that is silent for so long is forgotten. */
const AGE_MS = 300_000;
/** One that sent a single frame ever, sooner: a flood of addresses must not keep machines out for long. */
const FLEETING_MS = 60_000;
/** How often counters are read. */
const LOOK_MS = 10_000;
/** `seen` moves on at most so often. */
const SEEN_STEP_MS = 60_000;
/** A first frame waits for the manager so long at most: then the other hosts know where the answer goes. */
const PATIENCE_MS = 150;
/** Frames of one machine that wait. */
const WAITING = 8;
/** Frames that had to wait longer are of no use to anyone. */
const STALE_MS = 2_000;
/** Another address of the same machine is noted at most so often. */
const ADDRESS_STEP_MS = 10_000;

export interface EdgeLearningOptions<R extends object> {
  readonly state: State<R>;
  readonly send: (packets: readonly PacketOut[]) => void;
  /** The flows of a table as they stand in the switch, with their counters. */
  readonly counters: (table: number) => AsyncIterable<FlowStatsEntry>;
  /** The state has changed: compile. */
  readonly changed: () => void;
  readonly log: Log;
  readonly now?: () => number;
}

/** The first frames of a machine: they wait for the manager, and until the flows that let it in stand. */
interface Waiting {
  readonly packets: PacketOut[];
  readonly since: number;
  readonly timer: NodeJS.Timeout;
  heard: boolean;
  standing: boolean;
}

/** What is known of a machine besides the row of the state. */
interface Trace {
  /** When it was last known to be there. */
  seen: number;
  /** Of the flows that let it in, as last read. */
  packets: bigint;
  /** It was seen more than once. */
  confirmed: boolean;
  /** When its address was noted. */
  addressAt: number;
}

/**
 * Learns the legacy machines that nobody has declared, from the first frame of each: table `edge_seen` of the state. What is
 * learnt is compiled into flows and told to the manager; what the manager says about it comes back as claims.
 */
export class EdgeLearning<R extends object> {
  readonly #options: EdgeLearningOptions<R>;
  readonly #now: () => number;
  readonly #traces = new Map<number, Trace>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #moves: EdgeMoves<R>;
  readonly #looks: NodeJS.Timeout;
  #looking = false;

  constructor(options: EdgeLearningOptions<R>) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const { state, changed } = options;
    this.#moves = new EdgeMoves({ state, changed, now: this.#now });
    this.#looks = setInterval(() => void this.look(), LOOK_MS);
  }

  /**
   * A frame whose sender is not known in its VLAN, or says another address than the known one; or is known in a VLAN, and
   * has sent from somewhere else.
   * @returns whether it is a matter of VLANs
   */
  receive(packet: PacketIn): boolean {
    try {
      if (vlanTranslationOf(packet.source) === undefined) return this.#strays(packet);
      this.#learn(packet);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
    return true;
  }

  /** A machine of a VLAN that sends from a promiscuous port of its segment: whoever knows it in the VLAN forgets it. */
  #strays({ network, source, inPort, frame }: PacketIn): boolean {
    const { state, changed, send, log } = this.#options;
    const { src: mac } = decodeEthernet(frame);
    const known = state.get('edge_seen', mac);
    if (known?.key === network) {
      const edge = edgeVlanOf(state, known.vlan_translation_id);
      const port =
        source === 0 ? undefined : state.find('port', 'role', 'plain').find(({ ofport }) => ofport === inPort);
      const place = `no VLAN of ${port?.name ?? 'another host'}`;
      if (!this.#moves.follows(mac, place, edge && placeOf(edge))) return true;
      log.info({ mac: formatMac(mac), port: port?.name }, 'a legacy machine has left its VLAN for a promiscuous port');
      this.#forget(mac);
      changed();
      return true;
    }
    const isFar = state
      .find('edge_host', 'mac_address', mac)
      .some(({ segment_id }) => segment_id !== null && segmentDomain(segment_id).key === network);
    // The edge host hears it as all other hosts do.
    if (isFar && source !== 0 && inPort !== undefined) {
      const told = entryInto(state).fromPort({ network, source, inPort }, rarpAnnouncement(mac));
      if (told) send([told]);
    }
    return isFar;
  }

  /**
   * Takes over what the manager says about machines.
   * @returns whether the state has changed
   */
  claims(claims: ReadonlyMap<string, EdgeClaim | undefined>): boolean {
    let changed = false;
    for (const [key, claim] of claims) changed = this.#claim(Number(key), claim) || changed;
    return changed;
  }

  /** Reads the counters: who has sent is there; who has been silent for long is forgotten. */
  async look(): Promise<void> {
    const { state } = this.#options;
    if (this.#looking || state.all('edge_seen').next().done) return;
    this.#looking = true;
    try {
      const packets = new Map<number, bigint>();
      for await (const { match, packets: count } of this.#options.counters(entryInto(state).senders)) {
        const mac = decodeMatch(match).eth_src;
        if (typeof mac === 'number') packets.set(mac, (packets.get(mac) ?? 0n) + count);
      }
      for (const row of [...state.all('edge_seen')]) this.#age(row, packets.get(row.id) ?? 0n);
    } catch (error) {
      this.#options.log.debug({ error: String(error) }, 'the counters of legacy machines were not read');
    } finally {
      this.#looking = false;
    }
  }

  close(): void {
    clearInterval(this.#looks);
    this.#moves.close();
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
  }

  #learn({ source, frame }: PacketIn): void {
    const edge = edgeVlanOf(this.#options.state, vlanTranslationOf(source) ?? 0);
    if (!edge?.active) return;
    const ethernet = decodeEthernet(frame);
    const mac = ethernet.src;
    if (isDeclaredHere(this.#options.state, mac, edge)) return;
    const known = this.#options.state.get('edge_seen', mac);
    const isKnown = known?.vlan_translation_id === edge.id && known.key === edge.domain.key;
    if (known?.vlan_translation_id !== edge.id && !this.#hasRoom(edge)) return;
    const entry = entryInto(this.#options.state);
    const asks = isQuestion(ethernet);
    if (known && isKnown) {
      this.#noteAddress(known, addressOf(ethernet));
      if (known.refused !== null || !passes(edge, ethernet)) return;
      const waiting = this.#waiting.get(mac)?.packets;
      const packet = entry.fromKnown(edge, frame, asks);
      if (packet) this.#options.send([packet]);
      else if (waiting && waiting.length < WAITING) waiting.push(entry.fromNewcomer(edge, frame, asks));
      return;
    }
    if (!this.#follows(mac, edge, known)) return;
    this.#put(edge, mac, addressOf(ethernet), this.#now());
    if (passes(edge, ethernet)) this.#hold(mac, entry.fromNewcomer(edge, frame, asks));
    this.#options.changed();
  }

  /** A machine that is here now, and was elsewhere: unless it has just come from here. */
  #follows(mac: number, edge: EdgeVlan, known: EdgeSeen | undefined): boolean {
    const before = known && edgeVlanOf(this.#options.state, known.vlan_translation_id);
    if (before?.id === edge.id) return true;
    if (!this.#moves.follows(mac, placeOf(edge), before && placeOf(before))) return false;
    if (known && !this.#moves.isTwice(mac)) {
      const about = { mac: formatMac(mac), vlan: edge.vlan, port: edge.portName };
      this.#options.log.info(about, 'a legacy machine has moved');
    }
    return true;
  }

  #hasRoom({ id }: EdgeVlan): boolean {
    const { state, changed } = this.#options;
    if (state.get('edge_full', id)) return false;
    if (this.#countOf(id) < VLAN_LIMIT) return true;
    state.put('edge_full', { id });
    changed();
    return false;
  }

  #countOf(vlanTranslationId: number): number {
    return this.#options.state.find('edge_seen', 'vlan_translation_id', vlanTranslationId).length;
  }

  #put({ id, domain }: EdgeVlan, mac: number, address: number | null, seen: number): void {
    const row = { id: mac, vlan_translation_id: id, key: domain.key, ipv4_address: address, refused: null, seen };
    this.#moveAddress(row);
    this.#options.state.put('edge_seen', row);
    this.#traces.set(mac, { seen, packets: 0n, confirmed: false, addressAt: seen });
  }

  /** An address is with the machine that has said it last. */
  #moveAddress({ id, key, ipv4_address }: EdgeSeen): void {
    if (ipv4_address === null) return;
    const { state } = this.#options;
    for (const other of state.find('edge_seen', 'ipv4_address', ipv4_address)) {
      if (other.key === key && other.id !== id) state.put('edge_seen', { ...other, ipv4_address: null });
    }
  }

  #forget(mac: number): void {
    const { state } = this.#options;
    const id = state.get('edge_seen', mac)?.vlan_translation_id ?? 0;
    state.delete('edge_seen', mac);
    if (state.get('edge_full', id) && this.#countOf(id) <= ROOM_AGAIN) state.delete('edge_full', id);
    this.#traces.delete(mac);
    this.#drop(mac);
  }

  #noteAddress(row: EdgeSeen, address: number | null): void {
    const trace = this.#traces.get(row.id);
    const now = this.#now();
    if (!trace || address === null || row.ipv4_address === address) return;
    if (row.ipv4_address !== null && now - trace.addressAt < ADDRESS_STEP_MS) return;
    trace.addressAt = now;
    const moved = { ...row, ipv4_address: address };
    this.#moveAddress(moved);
    this.#options.state.put('edge_seen', moved);
    this.#options.changed();
  }

  #claim(mac: number, claim: EdgeClaim | undefined): boolean {
    const { state, log } = this.#options;
    const row = state.get('edge_seen', mac);
    if (!claim) {
      // The manager has forgotten it; one that was refused gets another chance.
      if (row?.refused == null) return false;
      this.#forget(mac);
      return true;
    }
    const { own, vlan_translation_id: id, refused, ipv4_address } = claim;
    const edge = edgeVlanOf(state, id ?? 0);
    // It has been declared: that is how it goes on.
    if (row && own && edge && isDeclaredHere(state, mac, edge)) {
      this.#forget(mac);
      return true;
    }
    if (row && own && row.refused !== refused) {
      if (refused !== null) log.warn(complaint(mac, refused), 'a legacy machine is refused');
      state.put('edge_seen', { ...row, refused });
      this.#drop(mac);
      return true;
    }
    if (row && own) this.#note(mac, 'heard');
    if (row && !own && id === null) {
      const here = edgeVlanOf(state, row.vlan_translation_id);
      // Another edge may have taken the VLAN over with all who are in it.
      if (here && (here.vlan !== claim.vlan || here.domain.key !== claim.key)) this.#moves.left(mac, claim.place);
      this.#forget(mac);
      return true;
    }
    if (row || !edge) return false;
    this.#put(edge, mac, ipv4_address, this.#now());
    if (refused !== null) state.put('edge_seen', { ...state.get('edge_seen', mac)!, refused });
    return true;
  }

  #age(row: EdgeSeen, packets: bigint): void {
    const { state, changed } = this.#options;
    const trace = this.#traces.get(row.id);
    const now = this.#now();
    const edge = edgeVlanOf(state, row.vlan_translation_id);
    if (!trace || !edge || isDeclaredHere(state, row.id, edge)) {
      this.#forget(row.id);
      changed();
      return;
    }
    // Flows that were written anew count from 0.
    if (packets > 0n && packets !== trace.packets) {
      trace.seen = now;
      trace.confirmed = true;
    }
    trace.packets = packets;
    if (now - trace.seen > (trace.confirmed ? AGE_MS : FLEETING_MS)) {
      this.#forget(row.id);
      changed();
    } else if (trace.seen - row.seen >= SEEN_STEP_MS) {
      state.put('edge_seen', { ...row, seen: trace.seen });
      changed();
    }
  }

  /** Those whose flows are being written. */
  newcomers(): readonly number[] {
    return [...this.#waiting].filter(([, { standing }]) => !standing).map(([mac]) => mac);
  }

  /** The flows of these stand now. */
  stand(newcomers: readonly number[]): void {
    for (const mac of newcomers) this.#note(mac, 'standing');
  }

  /** Keeps the first frame until the manager has told the others where its sender is. */
  #hold(mac: number, packet: PacketOut): void {
    this.#drop(mac);
    const timer = setTimeout(() => this.#note(mac, 'heard'), PATIENCE_MS);
    this.#waiting.set(mac, { packets: [packet], since: this.#now(), timer, heard: false, standing: false });
  }

  #note(mac: number, what: 'heard' | 'standing'): void {
    const waiting = this.#waiting.get(mac);
    if (!waiting) return;
    waiting[what] = true;
    if (!waiting.heard || !waiting.standing) return;
    this.#drop(mac);
    if (this.#now() - waiting.since <= STALE_MS) this.#options.send(waiting.packets);
  }

  #drop(mac: number): void {
    clearTimeout(this.#waiting.get(mac)?.timer);
    this.#waiting.delete(mac);
  }
}

/** For people. */
function placeOf({ vlan, portName }: EdgeVlan): string {
  return `${vlan} of ${portName}`;
}

/** Only IPv4 and ARP pass in a network. */
function passes({ domain }: EdgeVlan, { etherType }: EthernetFrame): boolean {
  return domain.kind === 'segment' || etherType === ETHERTYPE.arp || etherType === ETHERTYPE.ipv4;
}

function complaint(mac: number, refused: string) {
  return { mac: formatMac(mac), refused, remedy: 'give the machine another MAC address, or declare it' };
}

/** ARP that asks for somebody; a machine that asks for its own address tells it (RFC 5227 §3). */
function isQuestion({ etherType, payload }: EthernetFrame): boolean {
  if (etherType !== ETHERTYPE.arp) return false;
  const { senderIp, targetIp } = decodeArp(payload);
  return senderIp !== targetIp;
}

/** The address that the sender of a frame says it has: of ARP and IPv4. */
function addressOf({ etherType, payload }: EthernetFrame): number | null {
  if (etherType === ETHERTYPE.arp) return decodeArp(payload).senderIp || null;
  if (etherType === ETHERTYPE.ipv4) return decodeIpv4Header(payload).src || null;
  return null;
}
