import type { Log } from './log.ts';

/** Limits of one connection; every one has a default. */
export interface ConnectionOptions {
  readonly log?: Log;
  /** After this silence an echo is sent. Default 5000 ms. */
  readonly echoIdleMs?: number;
  /** A peer that stays silent this long after an echo is dropped. Default 15000 ms: a large commit takes seconds. */
  readonly echoTimeoutMs?: number;
  /** Hello and features must be exchanged within this time. Default 10000 ms. */
  readonly handshakeTimeoutMs?: number;
  /** `send` waits while more bytes than this are on their way to the socket. Default 1 MiB. */
  readonly sendBufferBytes?: number;
  /** A reply in parts that grows beyond this ends the connection. Default 256 MiB. */
  readonly maxMultipartBytes?: number;
}

export type Limits = Required<ConnectionOptions>;

export const DEFAULT_LIMITS: Omit<Limits, 'log'> = {
  echoIdleMs: 5000,
  echoTimeoutMs: 15_000,
  handshakeTimeoutMs: 10_000,
  sendBufferBytes: 1 << 20,
  maxMultipartBytes: 256 << 20,
};
