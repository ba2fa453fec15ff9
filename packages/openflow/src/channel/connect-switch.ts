import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { backoffMs, DEFAULT_BACKOFF } from './backoff.ts';
import type { Backoff } from './backoff.ts';
import { SILENT } from './log.ts';
import { DEFAULT_LIMITS } from './options.ts';
import type { ConnectionOptions, Limits } from './options.ts';
import { Session } from './session.ts';
import { SwitchChannel } from './switch-channel.ts';
import { parseTarget, versionRemedy } from './target.ts';

export interface ConnectOptions extends ConnectionOptions {
  /** `unix:/run/openvswitch/br0.mgmt`, `tcp:host:port` */
  readonly target: string;
  readonly backoff?: Partial<Backoff>;
}

/**
 * Dials a switch, and again whenever the connection is lost, until the channel is closed. Throws TypeError for a target that
 * cannot be read.
 */
export function connectSwitch(options: ConnectOptions): SwitchChannel {
  const { target, backoff, ...connection } = options;
  parseTarget(target);
  const dialler = new Dialler(
    target,
    { ...DEFAULT_BACKOFF, ...backoff },
    { log: SILENT, ...DEFAULT_LIMITS, ...connection },
  );
  dialler.dial();
  return dialler.channel;
}

class Dialler {
  readonly channel = new SwitchChannel(() => this.#close());
  readonly #target: string;
  readonly #backoff: Backoff;
  readonly #limits: Limits;
  #socket: Socket | undefined;
  #session: Session | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #closed = false;
  #lastReason = '';

  constructor(target: string, backoff: Backoff, limits: Limits) {
    this.#target = target;
    this.#backoff = backoff;
    this.#limits = limits;
  }

  dial(): void {
    const socket = connect(parseTarget(this.#target));
    this.#session = undefined;
    this.#socket = socket;
    const refused = (error: Error): void => this.#retry(error.message);
    socket.once('error', refused);
    socket.once('connect', () => {
      socket.off('error', refused);
      this.#begin(socket);
    });
  }

  #begin(socket: Socket): void {
    const session: Session = new Session(socket, this.#limits, versionRemedy(this.#target), {
      up: (features) => {
        this.#failures = 0;
        this.#lastReason = '';
        this.#limits.log.info({ target: this.#target, datapath: features.datapathId.toString(16) }, 'switch connected');
        this.channel.attach(session, features);
      },
      message: (message) => void this.channel.emit('message', message),
      down: (reason) => {
        this.channel.detach(session, reason);
        this.#retry(reason);
      },
    });
    this.#session = session;
  }

  #retry(reason: string): void {
    if (this.#closed) return;
    this.#failures++;
    const waitMs = backoffMs(this.#backoff, this.#failures, Math.random());
    // The same reason again is no news.
    const level = reason === this.#lastReason ? 'debug' : 'warn';
    this.#lastReason = reason;
    this.#limits.log[level]({ target: this.#target, reason, waitMs }, 'no connection to the switch, trying again');
    this.#timer = setTimeout(() => this.dial(), waitMs);
  }

  #close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    if (this.#session) this.#session.end('closed by this side');
    else this.#socket?.destroy();
  }
}
