/** Conntrack zones, from the first to the last. Zone 0 is everybody's. */
export interface ZoneRange {
  readonly first: number;
  readonly last: number;
}

/** One for each port of the bridge: sync/zones.ts. */
export const PORT_ZONES: ZoneRange = { first: 1, last: 0x7fff };

/** One for each declared machine behind an edge port, which many share: compile/edge/zone.ts. */
export const MACHINE_ZONES: ZoneRange = { first: 0x8000, last: 0xffff };

/** The zone that a number leads to. */
export function zoneIn({ first, last }: ZoneRange, number: number): number {
  return first + (number % (last - first + 1));
}

/** The next one; the first after the last. */
export function zoneAfter({ first, last }: ZoneRange, zone: number): number {
  return zone === last ? first : zone + 1;
}
