import type { Action } from '@vnet/openflow';

/** A frame to put out, and how. */
export interface PacketOut {
  readonly frame: Buffer;
  readonly actions: readonly Action[];
  /** Port that it counts as coming from; the agent unless given. */
  readonly inPort?: number;
}
