import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BusServer, type BusLog, type BusMessage, type BusServerOptions, type Peer } from '../src/index.ts';

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: object;
}

/** What one test has: a directory, a log to look at, and everything that it opens ends with it. */
export class Harness {
  readonly dir = mkdtempSync(join(tmpdir(), 'vnet-bus-'));
  readonly lines: LogLine[] = [];
  readonly log: BusLog = {
    info: (fields, message) => void this.lines.push({ level: 'info', message, fields }),
    warn: (fields, message) => void this.lines.push({ level: 'warn', message, fields }),
    error: (fields, message) => void this.lines.push({ level: 'error', message, fields }),
  };
  readonly #opened: { close: () => unknown }[] = [];

  /** Closes it after the test, the last one first. */
  closing<T extends { close: () => unknown }>(opened: T): T {
    this.#opened.unshift(opened);
    return opened;
  }

  /** A server that notes everything that happens to it. */
  async server(options: Partial<BusServerOptions<BusMessage>> = {}): Promise<NotingServer> {
    const messages: BusMessage[] = [];
    const peers = new Set<Peer>();
    const gone: string[] = [];
    const bus = await BusServer.open<BusMessage, BusMessage>({
      listen: [`ipc://${this.dir}/bus`],
      log: this.log,
      onMessage: (peer, message) => {
        peers.add(peer);
        messages.push(message);
      },
      onGone: (peer, reason) => {
        peers.delete(peer);
        gone.push(reason);
      },
      ...options,
    });
    this.closing(bus);
    return { bus, endpoint: bus.endpoints[0]!, messages, peers, gone };
  }

  async end(): Promise<void> {
    for (const opened of this.#opened) await opened.close();
    rmSync(this.dir, { recursive: true });
  }
}

export interface NotingServer {
  readonly bus: BusServer<BusMessage, BusMessage>;
  readonly endpoint: string;
  readonly messages: BusMessage[];
  /** Those that are here now. */
  readonly peers: Set<Peer>;
  /** Why others are gone. */
  readonly gone: string[];
}
