import { setTimeout as delay } from 'node:timers/promises';
import type { Daemon } from '../lab/daemon.ts';
import type { Node } from '../lab/node.ts';

const POLL_MS = 10;

/** A tcpdump on a device: what really passed there. */
export class Capture {
  readonly #tcpdump: Daemon;

  private constructor(tcpdump: Daemon) {
    this.#tcpdump = tcpdump;
  }

  /** @param filter what to capture, pcap-filter(7) */
  static async start(node: Node, device: string, filter: string): Promise<Capture> {
    // Line by line and at once: the text is read while the capture runs.
    const argv = ['tcpdump', '-i', device, '-nn', '-e', '-l', '--immediate-mode', '-s', '256', filter];
    const tcpdump = node.spawn('tcpdump', argv);
    await tcpdump.line((line) => line.startsWith('listening on'));
    return new Capture(tcpdump);
  }

  async lines(): Promise<readonly string[]> {
    return (await this.#tcpdump.output()).split('\n');
  }

  /** Waits until a line contains the text. */
  async seen(text: string, timeout: number): Promise<boolean> {
    const deadline = Date.now() + timeout;
    for (;;) {
      if ((await this.lines()).some((line) => line.includes(text))) return true;
      if (Date.now() > deadline) return false;
      await delay(POLL_MS);
    }
  }

  async stop(): Promise<void> {
    await this.#tcpdump.stop();
  }
}
