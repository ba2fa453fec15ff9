import type { Action } from '@vnet/openflow';

/** A frame to put out, and how. */
export interface PacketOut {
  readonly frame: Buffer;
  readonly actions: readonly Action[];
}
