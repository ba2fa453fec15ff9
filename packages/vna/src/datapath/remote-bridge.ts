import { randomUUID } from 'node:crypto';
import { DisconnectedError, PORT, type MessageOf, type SwitchChannel } from '@vnet/openflow';
import type { Leg, Warning } from '../compile/emit.ts';
import type { Log } from '../log.ts';
import type { SeenPort } from '../state/tables.ts';
import type { BridgeView } from './bridge.ts';
import { TUNNEL } from './bridge-tables.ts';

type PortDescription = MessageOf<'port_desc_reply'>['ports'][number];

/** Ports from this number on are reserved (OFPP_MAX). */
const FIRST_RESERVED = 0xffffff00;
const LINK_DOWN = 1;
const NO_LEGS = 'internal interfaces need OVSDB: they are not made on this switch';

export interface RemoteBridgeOptions {
  readonly log: Log;
  /** The switch has connected; called again at each change of its ports. */
  readonly onView: (view: BridgeView) => void;
}

/**
 * A switch that is known by OpenFlow alone: its datapath id and the names of its ports. Without a database nothing is
 * prepared or made on it, and ports are found by their names only.
 */
export class RemoteBridge {
  readonly #options: RemoteBridgeOptions;
  readonly #claims = new Map<string, string>();
  #channel: SwitchChannel | undefined;
  #legsRefused: Warning | undefined;

  constructor(options: RemoteBridgeOptions) {
    this.#options = options;
  }

  /** Whether the ports last seen are those of the switch; false = it is not connected. */
  get current(): boolean {
    return this.#channel?.isUp === true;
  }

  /** Follows a connection to the switch. */
  follow(channel: SwitchChannel): void {
    this.#channel = channel;
    const look = (): void => {
      this.#look(channel).catch((error: unknown) => {
        if (error instanceof DisconnectedError) return;
        this.#options.log.error({ error: String(error) }, 'the ports of the switch could not be read');
      });
    };
    channel.on('up', look);
    channel.on('message', (message) => {
      if (message.type !== 'port_status') return;
      // Plugged anew: another claim.
      if (message.reason === 'delete') this.#claims.set(message.port.name, randomUUID());
      look();
    });
    if (channel.isUp) look();
  }

  /** A remote switch keeps the datapath id that it has. */
  adopt(_dpid: string): Promise<void> {
    return Promise.resolve();
  }

  /** There are no legs. */
  remakeLeg(_name: string): Promise<void> {
    return Promise.resolve();
  }

  /** Says which legs cannot be made. */
  setLegs(legs: ReadonlyMap<string, Leg>): void {
    const ports = [...legs.keys()].join(', ');
    if (ports === '') this.#legsRefused = undefined;
    else if (ports !== this.#legsRefused?.details['ports']) {
      const remedy = 'bind the interface to a datapath whose agent has OVSDB';
      this.#legsRefused = { message: NO_LEGS, details: { ports, remedy } };
      this.#options.log.warn(this.#legsRefused.details, NO_LEGS);
    }
  }

  /** What is wrong now. */
  warnings(): readonly Warning[] {
    return this.#legsRefused ? [this.#legsRefused] : [];
  }

  close(): void {
    this.#claims.clear();
  }

  async #look(channel: SwitchChannel): Promise<void> {
    const { ports } = await channel.request({ type: 'port_desc_request' });
    const { features } = channel;
    if (!features) return;
    const dpid = features.datapathId.toString(16).padStart(16, '0');
    this.#options.onView({
      dpid: `0x${dpid}`,
      made: false,
      userspace: false,
      remote: true,
      ports: ports.map((port) => this.#port(dpid, port)),
    });
  }

  #port(dpid: string, { port, name, mac, state }: PortDescription): SeenPort {
    return {
      id: port,
      name,
      ofport: port < FIRST_RESERVED ? port : null,
      claim: this.#claims.get(name) ?? `openflow-${dpid}-${port}-${name}`,
      vnet_interface: null,
      iface_id: null,
      uplink: false,
      role: port === PORT.LOCAL ? 'local' : name === TUNNEL.name ? 'tunnel' : 'plain',
      mac,
      link_up: (state & LINK_DOWN) === 0,
      bond: null,
      bond_claim: null,
      bond_mode: null,
      lacp: null,
      lacp_current: false,
      error: null,
    };
  }
}
