import { OvsNode } from './ovs-node.ts';
import type { BridgePlan } from '../plan/plan.ts';
import type { Surroundings } from './node.ts';

/** What identifies a hypervisor on the underlay. */
export interface HostIdentity {
  readonly segment: string;
  /** With prefix: `10.1.0.11/24`. */
  readonly address: string;
  /** MAC of the bridge's local port. */
  readonly mac: string;
  /** `0x` and 16 hexadecimal digits. */
  readonly dpid: string;
}

/** A hypervisor. */
export class Host extends OvsNode {
  readonly identity: HostIdentity;
  /** Its line to the segment, a port of the bridge. */
  readonly uplink: string;

  constructor(
    name: string,
    surroundings: Surroundings,
    runDir: string,
    plan: BridgePlan,
    uplink: string,
    identity: HostIdentity,
  ) {
    super(name, surroundings, runDir, plan);
    this.uplink = uplink;
    this.identity = identity;
  }
}
