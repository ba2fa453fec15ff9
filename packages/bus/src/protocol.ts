/**
 * What the bus itself says on a connection, beside the messages of the programs.
 *
 * A client begins with `open` and is up when the server has answered `open`. A server answers anything else from a
 * connection that it does not know (any more) with `closed`, on which the client starts over with a new connection; so
 * neither side can go on in the belief of a connection that the other has given up. Both sides `ping`.
 */
export type ControlMessage =
  | { readonly type: 'open'; readonly key?: string; readonly proof?: string }
  | { readonly type: 'ping' }
  | { readonly type: 'closed'; readonly reason: string };

export const PING_MS = 2_000;
export const TIMEOUT_MS = 6_000;

/** Messages that may wait for one peer: past it the peer is given up rather than the memory. */
export const HIGH_WATER_MARK = 10_000;

/** How long a closing socket may still say goodbye. */
export const LINGER_MS = 100;

/** libzmq cuts a connection at a frame of this many times the limit; up to there the reason can be logged. */
export const HARD_LIMIT_FACTOR = 2;
