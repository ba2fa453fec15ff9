/**
 * Layout of a cookie: owner 12 bits, feature 8 bits, hash of the flow's contents 44 bits.
 *
 * The owner marks which flows are ours; equal hashes mean equal flows, so that a restarted agent without any memory
 * knows by the cookies alone what stands in the switch.
 */
export const OWNER = 0x56en;

export const FEATURE = {
  host: 1,
  port: 2,
  endpoint: 3,
  network: 4,
  flood: 5,
  peer: 6,
  pipeline: 7,
  filtering: 40,
  filter: 41,
  group: 42,
  segment: 20,
  /** Flows that flows of feature `segment` have learnt; they come and go by themselves. */
  learned: 21,
  edge: 30,
} as const;

export type Feature = keyof typeof FEATURE;

const FEATURE_NAMES = new Map(Object.entries(FEATURE).map(([name, id]) => [id as number, name as Feature]));

const PREFIXES = Object.fromEntries(
  Object.entries(FEATURE).map(([name, id]) => [name, (OWNER << 52n) | (BigInt(id) << 44n)]),
) as Readonly<Record<Feature, bigint>>;

/** Selects the flows that were learnt, in a request to the switch. */
export const LEARNED_COOKIES = { cookie: PREFIXES.learned, cookieMask: 0xfffffn << 44n } as const;

export function cookie(feature: Feature, contents: string): bigint {
  return PREFIXES[feature] | hash44(contents);
}

export function isOurs(value: bigint): boolean {
  return value >> 52n === OWNER;
}

export function featureOf(value: bigint): Feature | undefined {
  return isOurs(value) ? FEATURE_NAMES.get(Number((value >> 44n) & 0xffn)) : undefined;
}

/** Two multiply-and-mix lanes of 32 bits over the bytes of a latin1 string, folded to 44 bits. */
function hash44(bytes: string): bigint {
  let a = 0x9e3779b9 | 0;
  let b = 0x85ebca6b | 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes.charCodeAt(i);
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x5bd1e995);
    b ^= b >>> 15;
  }
  a = Math.imul(a ^ (a >>> 16), 0xc2b2ae35) ^ b;
  b = Math.imul(b ^ (b >>> 13), 0x27d4eb2f) ^ a;
  return BigInt((a >>> 0) * 0x1000 + ((b >>> 8) & 0xfff));
}
