import { connectSwitch, listenForSwitches, type SwitchChannel } from '@vnet/openflow';
import type { Log } from '../log.ts';
import { listenAddress } from '../options.ts';

/** The connections to the switch: one for changes and one for packets, so that neither waits for the other. */
export interface SwitchLine {
  close(): void;
}

export interface SwitchLineOptions {
  /** `unix:/path` or `tcp:host:port` to dial, `listen:tcp:ADDR:PORT` to be dialled. */
  readonly endpoint: string;
  readonly log: Log;
  /** Datapath id of the bridge: another switch that dials in is turned away. */
  readonly dpid: () => string | undefined;
  /** While no datapath id is known, the switch that dials in first is the one. */
  readonly takesFirst: boolean;
  /** There is no listening where it was wanted; says why, and what to do. */
  readonly onUnusable?: ((problem: string) => void) | undefined;
  readonly onFlowChannel: (channel: SwitchChannel) => void;
  readonly onPacketChannel: (channel: SwitchChannel) => void;
}

const BACKOFF = { firstMs: 20, maxMs: 500 };

export function openSwitchLine(options: SwitchLineOptions): SwitchLine {
  const listen = listenAddress(options.endpoint);
  return listen ? beDialled(options, listen) : dial(options);
}

function dial({ endpoint, log, onFlowChannel, onPacketChannel }: SwitchLineOptions): SwitchLine {
  const channels = [onFlowChannel, onPacketChannel].map((take) => {
    const channel = connectSwitch({ target: endpoint, log, backoff: BACKOFF });
    take(channel);
    return channel;
  });
  return { close: () => channels.forEach((channel) => channel.close()) };
}

/** A switch that dials in has one connection for both. */
function beDialled(
  options: SwitchLineOptions,
  { host, port }: { readonly host: string; readonly port: number },
): SwitchLine {
  const { log } = options;
  let present: SwitchChannel | undefined;
  const onSwitch = (channel: SwitchChannel): void => {
    // What the switch says of itself is known when the channel is up, right after this callback.
    channel.once('up', ({ datapathId }) => {
      const expected = options.dpid();
      if (expected === undefined ? options.takesFirst : BigInt(expected) === datapathId) return;
      const remedy = 'ovs-vsctl set-controller only on the bridge of this agent';
      log.error(
        { dpid: datapathId.toString(16), expected, remedy },
        'another switch has dialled in; it is turned away',
      );
      channel.close();
    });
    channel.once('up', () => {
      if (!channel.isUp) return;
      present?.close();
      present = channel;
      options.onFlowChannel(channel);
      options.onPacketChannel(channel);
    });
  };
  const listener = listenForSwitches({ host, port, log, onSwitch });
  listener.then(
    ({ port: bound }) => log.info({ host, port: bound }, 'waiting for the switch to dial in'),
    (error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      options.onUnusable?.(`--openflow ${options.endpoint}: cannot listen: ${reason}; choose another address`);
    },
  );
  return {
    close: () =>
      void listener.then(
        (each) => each.close(),
        () => undefined,
      ),
  };
}
