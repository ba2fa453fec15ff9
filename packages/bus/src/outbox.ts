import type { Dealer, Router } from 'zeromq';

/**
 * Sends queued messages over one socket, one at a time: zeromq.js throws EBUSY, synchronously, when a send begins before
 * the one before it has settled.
 */
export class Outbox {
  readonly #socket: Dealer | Router;
  readonly #onError: (frames: readonly Uint8Array[], error: Error) => void;
  readonly #queue: Uint8Array[][] = [];
  #sending = false;

  /** `onError` is told about each message that the socket refused; the queue goes on with the next. */
  constructor(socket: Dealer | Router, onError: (frames: readonly Uint8Array[], error: Error) => void) {
    this.#socket = socket;
    this.#onError = onError;
  }

  push(frames: Uint8Array[]): void {
    this.#queue.push(frames);
    if (!this.#sending) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#sending = true;
    for (let frames = this.#queue.shift(); frames !== undefined; frames = this.#queue.shift()) {
      try {
        // A closed socket would throw for each message that is left: they are lost with the connection.
        if (!this.#socket.closed) await this.#socket.send(frames);
      } catch (error) {
        this.#onError(frames, error as Error);
      }
    }
    this.#sending = false;
  }
}
