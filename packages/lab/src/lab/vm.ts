import { PORT_MTU } from '../plan/plan.ts';
import { plugScript } from '../plan/scripts.ts';
import type { Vm as VmPlace } from '../topology/schema.ts';
import type { Host } from './host.ts';
import { Node, type Surroundings } from './node.ts';

/** A virtual machine: a namespace with `eth0`, the other end of which is a port on the bridge of its host. */
export class Vm extends Node {
  readonly port: string;
  readonly mac: string;
  /** With prefix; undefined for a VM that waits for DHCP. */
  readonly address: string | undefined;
  #host: string;

  constructor(name: string, surroundings: Surroundings, port: string, mac: string, place: VmPlace) {
    super(name, surroundings);
    this.port = port;
    this.mac = mac;
    this.address = place.address;
    this.#host = place.host;
  }

  /** Name of the host on which it is now. */
  get host(): string {
    return this.#host;
  }

  async setMtu(mtu: number): Promise<void> {
    await this.exec(['ip', 'link', 'set', 'eth0', 'mtu', String(mtu)]);
  }

  /** Carries the far end of the VM's cable, which is on no bridge, to another host. */
  async carryTo(target: Host, from: Host): Promise<void> {
    if (target.name !== from.name) {
      await from.exec(['ip', 'link', 'set', this.port, 'netns', target.namespace!]);
      this.#host = target.name;
    }
    await target.exec(['sh', '-s'], { input: plugScript(this.port, PORT_MTU) });
  }
}
