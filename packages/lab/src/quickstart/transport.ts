import type { Transport } from './demo.ts';

/** How a packet went from host to host, as it was seen on the wire. */
export interface SeenTransport {
  readonly transport: Transport;
  /** Key of the GRE header, `0x7`. */
  readonly key?: string;
}

/**
 * Finds an ICMP echo request among what tcpdump printed of a host's uplink.
 * @param id identifier of the echo request, which no other one has
 */
export function transportOf(lines: readonly string[], id: number): SeenTransport {
  const line = lines.find((text) => text.includes(`ICMP echo request, id ${id},`));
  if (line === undefined) return { transport: 'same host' };
  if (!line.includes('GREv0')) return { transport: 'MAC2MAC' };
  const key = /key=(0x[0-9a-f]+)/.exec(line)?.[1];
  return { transport: 'GRE', ...(key === undefined ? {} : { key }) };
}
