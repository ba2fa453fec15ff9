import { Capture } from './capture.ts';
import type { DataCentre } from './data-centre.ts';
import { datagram, Sender } from './frames.ts';
import type { Tenants } from './tenants.ts';

const BROADCAST = 'ff:ff:ff:ff:ff:ff';

/** Captures on all machines of a data centre that say who has got what, without waiting for what does not come. */
export class Witnesses implements AsyncDisposable {
  readonly #centre: DataCentre;
  readonly #tenants: Tenants;
  readonly #captures: ReadonlyMap<string, Capture>;
  readonly #senders: ReadonlyMap<string, Sender>;
  #markers = 0;

  private constructor(centre: DataCentre, tenants: Tenants, captures: ReadonlyMap<string, Capture>) {
    this.#centre = centre;
    this.#tenants = tenants;
    this.#captures = captures;
    this.#senders = new Map(centre.lab.vms.map((vm) => [vm.name, new Sender(vm)]));
  }

  /** `tenants`: which machines hear each other. */
  static async in(centre: DataCentre, tenants: Tenants = centre.tenants): Promise<Witnesses> {
    const { vms } = centre.lab;
    const captures = vms.map(async (vm) => [vm.name, await Capture.on(vm, 'eth0')] as const);
    return new Witnesses(centre, tenants, new Map(await Promise.all(captures)));
  }

  /**
   * What each machine has got of frames that one of them sends. A broadcast of each tenant from the same host follows the
   * frames: where it has arrived, they have arrived too, or never will.
   * @returns frames by machine; machines that got nothing are left out
   */
  async of(sender: string, frames: readonly Buffer[]): Promise<Readonly<Record<string, readonly Buffer[]>>> {
    const { lab } = this.#centre;
    const tenants = this.#tenants;
    const { host } = lab.vm(sender);
    const before = new Map([...this.#captures].map(([vm, { frames: seen }]) => [vm, seen.length]));
    this.#senders.get(sender)!.send(frames);
    const marker = `marker ${this.#markers++}`;
    for (const vms of Object.values(tenants)) {
      const herald = vms.includes(sender) ? sender : vms.find((vm) => lab.vm(vm).host === host);
      if (herald === undefined) continue;
      this.#senders.get(herald)!.send([this.#broadcast(herald, marker)]);
      const others = vms.filter((vm) => vm !== herald);
      await Promise.all(
        others.map(async (vm) =>
          this.#captures.get(vm)!.frame((frame) => frame.includes(marker), `${vm} gets the ${marker}`),
        ),
      );
    }
    const got = [...this.#captures].map(([vm, { frames: seen }]) => {
      return [vm, seen.slice(before.get(vm)).filter((frame) => !frame.includes('marker '))] as const;
    });
    return Object.fromEntries(got.filter(([, seen]) => seen.length > 0));
  }

  /** The same, leaving out what the machines say by themselves (ARP). */
  async arrivals(sender: string, frames: readonly Buffer[]): Promise<Readonly<Record<string, readonly Buffer[]>>> {
    const isOne = (got: Buffer): boolean => frames.some((frame) => got.includes(frame.subarray(14)));
    const all = Object.entries(await this.of(sender, frames));
    const kept = all.map(([vm, got]) => [vm, got.filter(isOne)] as const);
    return Object.fromEntries(kept.filter(([, got]) => got.length > 0));
  }

  /** Sends frames, and waits until all of these machines have each of them. */
  async hear(sender: string, vms: readonly string[], frames: readonly Buffer[]): Promise<void> {
    this.#senders.get(sender)!.send(frames);
    for (const vm of vms) {
      for (const frame of frames) {
        await this.#captures.get(vm)!.frame((got) => got.equals(frame), `${vm} hears ${sender}`);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const sender of this.#senders.values()) sender.close();
    await Promise.all([...this.#captures.values()].map(async (capture) => capture.stop()));
  }

  #broadcast(vm: string, text: string): Buffer {
    const { mac, address } = this.#centre.lab.vm(vm);
    return datagram({ src: mac, dst: BROADCAST, srcIp: address!, dstIp: '255.255.255.255' }, text);
  }
}
