import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe } from '@vnet/packet';
import type { DataCentre } from './data-centre.ts';
import { arpReplyFrame, endsOf } from './packets.ts';
import { until } from './until.ts';

const PROGRAM = fileURLToPath(new URL('./wire.py', import.meta.url));

/** More frames at once might overflow the buffers of the ports. */
const SALVO = 64;
/** Behind Ethernet and ARP, which have no use for it. */
const MARKER_OFFSET = 14 + 28;

/** A frame that a machine sends. No two probes of one volley are the same. */
export interface Probe {
  readonly from: string;
  readonly frame: Buffer;
}

export interface VolleyOptions {
  /** Machines that get not even ARP: nobody waits for them. Another one of their host should hear the markers. */
  readonly deaf?: readonly string[];
  /** Machines that can send nothing → a machine on the same host that sends the markers for them. */
  readonly heralds?: Readonly<Record<string, string>>;
}

/**
 * Raw frames out of and into all machines of a data centre. Who has not got what is known without waiting for it: ARP
 * replies, which security groups let pass, follow the frames on their way.
 */
export class Wire implements AsyncDisposable {
  readonly #centre: DataCentre;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  /** Frame in hexadecimal → machines that got it, since the last salvo. */
  readonly #arrivals = new Map<string, string[]>();
  readonly #markers = new Set<string>();
  #rounds = 0;

  private constructor(centre: DataCentre) {
    const { lab } = centre;
    const namespaces = Object.fromEntries(lab.vms.map(({ name, namespace }) => [name, namespace]));
    const [program = '', ...args] = lab.machine.command(['python3', '-Bu', PROGRAM, JSON.stringify(namespaces)]);
    this.#centre = centre;
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface(this.#child.stdout).on('line', (line) => this.#read(line));
  }

  /** When the promise settles, the machines of each tenant have heard each other. */
  static async in(centre: DataCentre): Promise<Wire> {
    const wire = new Wire(centre);
    const everyone = Object.values(centre.tenants).flat();
    // The first packets to a peer may be lost while the switch learns the way of the tunnel.
    await until(async () => {
      const markers = wire.#mark(everyone, {});
      return until(() => wire.#missing(markers).length === 0, 'all markers', 300).then(
        () => true,
        () => false,
      );
    }, 'all machines hear each other');
    return wire;
  }

  send(vm: string, frames: readonly Buffer[]): void {
    this.#child.stdin.write(`${JSON.stringify([vm, frames.map((frame) => frame.toString('hex'))])}\n`);
  }

  /**
   * Sends the probes, in order for each machine. One volley after the other: what arrives of one would be taken for the other's.
   * @returns for each probe the machines that got it, byte for byte, as often as they got it
   */
  async volley(probes: readonly Probe[], options: VolleyOptions = {}): Promise<readonly (readonly string[])[]> {
    const results: (readonly string[])[] = [];
    for (let at = 0; at < probes.length; at += SALVO) {
      results.push(...(await this.#salvo(probes.slice(at, at + SALVO), options)));
    }
    return results;
  }

  /** What arrived since the last salvo began, in the words of `tcpdump -en`. */
  get texts(): readonly string[] {
    return [...this.#arrivals].map(([hex, vms]) => `${vms.join()}: ${describe(Buffer.from(hex, 'hex'))}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdin.end();
    await closed;
  }

  async #salvo(probes: readonly Probe[], options: VolleyOptions): Promise<readonly (readonly string[])[]> {
    this.#arrivals.clear();
    for (const { from, frame } of probes) this.send(from, [frame]);
    const senders = [...new Set(probes.map(({ from }) => from))];
    // A herald's marker may overtake a frame of another port in the switch; the one that comes after it does not.
    for (let round = options.heralds ? 2 : 1; round > 0; round--) {
      const markers = this.#mark(senders, options);
      await until(
        () => this.#missing(markers).length === 0,
        () => `markers arrive: ${this.#missing(markers).join(', ')}`,
      );
    }
    return probes.map(({ frame }) => this.#arrivals.get(frame.toString('hex')) ?? []);
  }

  /** Sends a marker for each of the machines to all others of its tenant: those that will have to arrive. */
  #mark(senders: readonly string[], { heralds = {}, deaf = [] }: VolleyOptions): readonly string[] {
    const round = this.#rounds++;
    return senders.flatMap((sender) => {
      const from = heralds[sender] ?? sender;
      const others = Object.values(this.#centre.tenants).find((vms) => vms.includes(from)) ?? [];
      const markers = others
        .filter((to) => to !== from && !deaf.includes(to))
        .map((to) => ({ to, text: `marker ${round} for ${sender} from ${from} to ${to}` }));
      this.send(
        from,
        markers.map(({ to, text }) => arpReplyFrame(endsOf(this.#centre.lab, from, to), text)),
      );
      return markers.map(({ text }) => text);
    });
  }

  #missing(markers: readonly string[]): readonly string[] {
    return markers.filter((marker) => !this.#markers.has(marker));
  }

  #read(line: string): void {
    const [vm, hex] = JSON.parse(line) as [vm: string, hex: string];
    const text = Buffer.from(hex, 'hex').subarray(MARKER_OFFSET).toString();
    if (text.startsWith('marker ')) this.#markers.add(text);
    else this.#arrivals.set(hex, [...(this.#arrivals.get(hex) ?? []), vm]);
  }
}
