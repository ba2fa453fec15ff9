/** What an edge port may send to the agent to be learnt: a flood of addresses must not keep other packets from it. */
export const LEARNING = { packetsPerSecond: 200, burst: 100 };
/** Ids of these meters: above all port numbers. */
export const LEARNING_METERS = 0x10000;
/** Of machines of VLANs that turn up behind other hosts. */
export const STRAYS_METER = 0xffff;
