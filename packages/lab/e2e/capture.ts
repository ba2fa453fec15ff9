import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { describe } from '@vnet/packet';
import type { Node } from '../src/index.ts';
import { until } from './until.ts';

/** Sizes of the headers of a capture file (pcap): of the file and of each frame. */
const FILE_HEADER = 24;
const FRAME_HEADER = 16;

/** Frames that pass a device of a node, as tcpdump sees them, each at once. */
export class Capture implements AsyncDisposable {
  readonly frames: Buffer[] = [];
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  #bytes: Buffer = Buffer.alloc(0);
  #headerSeen = false;

  private constructor(child: ChildProcessByStdio<null, Readable, Readable>) {
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  /**
   * Begins; when the promise settles, nothing is missed any more.
   * @param filter in the words of pcap-filter(7)
   * @param direction as seen from the node: `in` for what arrives there
   */
  static async on(node: Node, device: string, filter = '', direction: 'in' | 'out' | 'inout' = 'in'): Promise<Capture> {
    const [program = '', ...args] = node.command([
      'tcpdump',
      '-i',
      device,
      '-Q',
      direction,
      '-n',
      '--immediate-mode',
      '-U',
      '-w',
      '-',
      ...(filter === '' ? [] : [filter]),
    ]);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const capture = new Capture(child);
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    await until(() => {
      if (child.exitCode !== null) throw new Error(`tcpdump on ${node.name} ${device}: ${errors}`);
      return errors.includes('listening on');
    }, `tcpdump listens on ${node.name} ${device}`);
    return capture;
  }

  /** The frames in the words of `tcpdump -en`. */
  get texts(): readonly string[] {
    return this.frames.map(describe);
  }

  /** Waits for a frame. */
  async frame(fits: (frame: Buffer) => boolean, what: string, timeout?: number): Promise<Buffer> {
    await until(
      () => this.frames.some(fits),
      () => `${what}; captured: ${this.texts.join('\n') || 'nothing'}`,
      timeout,
    );
    return this.frames.find(fits)!;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGINT');
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #read(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    if (!this.#headerSeen) {
      if (this.#bytes.length < FILE_HEADER) return;
      this.#headerSeen = true;
      this.#bytes = this.#bytes.subarray(FILE_HEADER);
    }
    while (this.#bytes.length >= FRAME_HEADER) {
      const end = FRAME_HEADER + this.#bytes.readUInt32LE(8);
      if (this.#bytes.length < end) return;
      this.frames.push(this.#bytes.subarray(FRAME_HEADER, end));
      this.#bytes = this.#bytes.subarray(end);
    }
  }
}
