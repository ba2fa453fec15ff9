/**
 * Security groups as docs/guide/security-groups.md says they are, in as few words as possible: what the random test compares
 * the product with. It has nothing in common with the product but the text of the rules.
 */
export interface ModelGroup {
  readonly rules: string;
  readonly members: readonly string[];
}

export interface ModelMachine {
  readonly tenant: string;
  readonly address: string;
  /** `ingress_filtering_enabled` */
  readonly filtering: boolean | null;
}

export interface ModelPacket {
  readonly from: string;
  readonly to: string;
  readonly protocol: number;
  /** 0 where the protocol has none; the identifier of an echo is the source port of the request. */
  readonly srcPort: number;
  readonly dstPort: number;
  /** What no connection can begin with: SYN with ACK, an echo reply. */
  readonly answer: boolean;
}

interface Rule {
  readonly egress: boolean;
  readonly matches: (peer: string, packet: ModelPacket) => boolean;
}

const NUMBERS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17 };

export class SecurityModel {
  readonly #machines: Readonly<Record<string, ModelMachine>>;
  readonly #groups: Readonly<Record<string, ModelGroup>>;
  readonly #rules: ReadonlyMap<string, readonly Rule[]>;
  /** Connections that an interface has let pass, as their packets look in both directions. */
  readonly #connections = new Set<string>();

  constructor(machines: Readonly<Record<string, ModelMachine>>, groups: Readonly<Record<string, ModelGroup>>) {
    this.#machines = machines;
    this.#groups = groups;
    this.#rules = new Map(Object.entries(groups).map(([uuid, { rules }]) => [uuid, this.#parse(rules)]));
  }

  /** Whether the packet arrives: it has to pass at its source, and then at its destination. */
  arrives(packet: ModelPacket): boolean {
    const { from, to } = packet;
    if (this.#machines[from]!.tenant !== this.#machines[to]!.tenant) return false;
    return this.#passes(from, to, packet, true) && this.#passes(to, from, packet, false);
  }

  #passes(own: string, peer: string, packet: ModelPacket, egress: boolean): boolean {
    const groups = Object.keys(this.#groups).filter((uuid) => this.#groups[uuid]!.members.includes(own));
    if (!(this.#machines[own]!.filtering ?? groups.length > 0)) return true;
    const { from, to, protocol, srcPort, dstPort, answer } = packet;
    if (this.#connections.has([own, from, to, protocol, srcPort, dstPort].join())) return true;
    if (answer) return false;
    const allowed = groups.some((uuid) => {
      const rules = this.#rules.get(uuid)!.filter((rule) => rule.egress === egress);
      if (egress && rules.length === 0) return true;
      return this.#isMember(uuid, own, peer) || rules.some((rule) => rule.matches(peer, packet));
    });
    if (!allowed && !(egress && groups.length === 0)) return false;
    this.#connections.add([own, from, to, protocol, srcPort, dstPort].join());
    this.#connections.add([own, to, from, protocol, dstPort, srcPort].join());
    return true;
  }

  /** Whether `peer`, as `own` sees it, is in the group: machines of other networks are strangers with the same address. */
  #isMember(uuid: string, own: string, peer: string): boolean {
    return this.#groups[uuid]!.members.some((member) => {
      const [machine, seen] = [this.#machines[member]!, this.#machines[peer]!];
      return machine.tenant === this.#machines[own]!.tenant && machine.address === seen.address;
    });
  }

  #parse(text: string): readonly Rule[] {
    const lines = text.split(/[\r\n]+/).map((line) => line.split('#')[0]!);
    const rules = lines.flatMap((line) => line.split(',')).map((rule) => rule.trim());
    return rules.filter((rule) => rule !== '').map((rule) => this.#parseRule(rule));
  }

  #parseRule(text: string): Rule {
    const words = text.split(/\s+/);
    const [protocol = '', ports = '', peers = ''] = words.at(-1)!.split(':');
    const number = NUMBERS[protocol] ?? Number(protocol);
    const [low = 0, high = low] = ports.split('-').map(Number);
    return {
      egress: words[0] === 'egress',
      matches: (peer, packet) => {
        const { from, to, dstPort } = packet;
        if (protocol !== 'all' && packet.protocol !== number) return false;
        if ((protocol === 'tcp' || protocol === 'udp') && (dstPort < low || dstPort > high)) return false;
        if (peers.startsWith('sg-')) return this.#isMember(peers, peer === from ? to : from, peer);
        return within(this.#machines[peer]!.address, peers);
      },
    };
  }
}

function within(address: string, subnet: string): boolean {
  const [base = '', length = base === '0.0.0.0' ? '0' : '32'] = subnet.split('/');
  return bits(address).startsWith(bits(base).slice(0, Number(length)));
}

function bits(address: string): string {
  return address.split('.').reduce((all, part) => all + Number(part).toString(2).padStart(8, '0'), '');
}
