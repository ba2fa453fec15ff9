import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { SILENT } from './log.ts';
import { DEFAULT_LIMITS } from './options.ts';
import type { ConnectionOptions, Limits } from './options.ts';
import { Session } from './session.ts';
import { SwitchChannel } from './switch-channel.ts';
import { OPENFLOW_PORT, versionRemedy } from './target.ts';

export interface ListenOptions extends ConnectionOptions {
  readonly host: string;
  /** Default 6653; 0: one that is free. */
  readonly port?: number;
  /** A switch has dialled in and is ready. When it dials again, there is a new channel. */
  readonly onSwitch: (channel: SwitchChannel) => void;
}

export interface SwitchListener {
  readonly port: number;
  /** Stops listening and ends all connections. */
  close(): Promise<void>;
}

/** Waits for switches that dial in (`ovs-vsctl set-controller`). Rejects when the address cannot be had. */
export async function listenForSwitches(options: ListenOptions): Promise<SwitchListener> {
  const { host, port, onSwitch, ...connection } = options;
  const limits: Limits = { log: SILENT, ...DEFAULT_LIMITS, ...connection };
  const sessions = new Set<Session>();
  const server = createServer((socket) => welcome(socket, limits, sessions, onSwitch));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port ?? OPENFLOW_PORT, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => shut(server, sessions),
  };
}

function welcome(
  socket: Socket,
  limits: Limits,
  sessions: Set<Session>,
  onSwitch: (channel: SwitchChannel) => void,
): void {
  const peer = `${socket.remoteAddress ?? '?'}:${(socket.remotePort ?? 0).toString()}`;
  const channel = new SwitchChannel(() => session.end('closed by this side'));
  const session: Session = new Session(socket, limits, versionRemedy(peer), {
    up: (features) => {
      limits.log.info({ peer, datapath: features.datapathId.toString(16) }, 'switch connected');
      onSwitch(channel);
      channel.attach(session, features);
    },
    message: (message) => void channel.emit('message', message),
    down: (reason) => {
      sessions.delete(session);
      limits.log.info({ peer, reason }, 'switch disconnected');
      channel.detach(session, reason);
    },
  });
  sessions.add(session);
}

async function shut(server: Server, sessions: Set<Session>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const session of sessions) session.end('closed by this side');
  await closed;
}
