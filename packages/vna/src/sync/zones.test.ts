import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Log } from '../log.ts';
import type { SeenPort } from '../state/tables.ts';
import { allocate, Zones } from './zones.ts';

const port = (claim: string): SeenPort => ({
  id: 1,
  name: claim,
  ofport: 1,
  claim,
  vnet_interface: null,
  iface_id: null,
  link_up: true,
  bond: null,
  bond_claim: null,
  bond_mode: null,
  lacp: null,
  lacp_current: false,
  uplink: false,
  role: 'plain',
  mac: null,
  error: null,
});
const zonesOf = (zones: Zones, ...claims: readonly string[]): readonly number[] =>
  zones.assign(claims.map(port)).map(({ zone }) => zone);

let dir: string;
let warnings: string[];
const note = (_: object, message: string): void => void warnings.push(message);
const log: Log = { debug: note, info: note, warn: note, error: note };

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'vnet-zones-'));
  warnings = [];
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('zones', () => {
  it('are different for all ports, and never 0', () => {
    const claims = Array.from({ length: 20_000 }, (_, i) => `claim-${i}`);
    const zones = [...allocate(new Map(), claims).values()];
    expect(new Set(zones).size).toBe(claims.length);
    expect(Math.min(...zones)).toBeGreaterThan(0);
    expect(Math.max(...zones)).toBeLessThanOrEqual(0x7fff);
  });

  it('can be had by 32,767 ports', () => {
    const claims = Array.from({ length: 0x7fff }, (_, i) => `claim-${i}`);
    expect(new Set(allocate(new Map(), claims).values()).size).toBe(0x7fff);
  });

  it('stay with their ports when others come and go', () => {
    const zones = new Zones(undefined, log);
    const [a, b] = zonesOf(zones, 'a', 'b');
    expect(zonesOf(zones, 'c', 'b')[1]).toBe(b);
    expect(zonesOf(zones, 'a', 'b', 'c').slice(0, 2)).toEqual([a, b]);
  });

  it('leave those of legacy machines alone', () => {
    const zone = allocate(new Map([['a', 0x8000]]), ['a']).get('a');
    expect(zone).toBeLessThan(0x8000);
    expect(zone).toBe(allocate(new Map(), ['a']).get('a'));
  });

  it('outlive a restart, also when two claims lead to the same zone', () => {
    const claims = [...collision()];
    const later = new Zones(dir, log);
    zonesOf(later, claims[1]!);
    const [first, second] = [zonesOf(later, ...claims)[0], zonesOf(later, ...claims)[1]];
    expect(first).not.toBe(second);
    expect(zonesOf(new Zones(dir, log), ...claims)).toEqual([first, second]);
  });

  it('are the same again without a state directory', () => {
    const claims = ['a', 'b', 'c'];
    expect(zonesOf(new Zones(undefined, log), ...claims)).toEqual(zonesOf(new Zones(undefined, log), ...claims));
  });

  it.each(['', '[]', '{"a":0}', '{"a":65536}', '{"a":"1"}'])('begin anew when the file holds %j', (text) => {
    writeFileSync(join(dir, 'zones.json'), text);
    const [zone] = zonesOf(new Zones(dir, log), 'a');
    expect(warnings).toEqual(['the saved zones cannot be read; going on without them']);
    expect(JSON.parse(readFileSync(join(dir, 'zones.json'), 'utf8'))).toEqual({ a: zone });
  });
});

/** Two claims that lead to one zone. */
function collision(): readonly [string, string] {
  const seen = new Map<number, string>();
  for (let i = 0; ; i++) {
    const claim = `claim-${i}`;
    const zone = allocate(new Map(), [claim]).get(claim)!;
    const other = seen.get(zone);
    if (other !== undefined) return [other, claim];
    seen.set(zone, claim);
  }
}
