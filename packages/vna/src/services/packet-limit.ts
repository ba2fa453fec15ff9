/** Above what the meters of a port let through, all together. */
const PACKETS_PER_SECOND = 300;
const BURST = 150;

/**
 * What one port may send to the agent, at the agent: stands in for the meters of a switch that has none, so that a port that
 * floods does not keep others from it.
 */
export class PacketLimit {
  readonly #now: () => number;
  readonly #ports = new Map<number, { tokens: number; at: number }>();

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether a packet from a port is dealt with. */
  admits(port: number): boolean {
    const now = this.#now();
    let bucket = this.#ports.get(port);
    if (!bucket) this.#ports.set(port, (bucket = { tokens: BURST, at: now }));
    bucket.tokens = Math.min(BURST, bucket.tokens + ((now - bucket.at) * PACKETS_PER_SECOND) / 1_000);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }
}
