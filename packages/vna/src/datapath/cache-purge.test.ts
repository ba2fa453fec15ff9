import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CachePurge, leavesEntries } from './cache-purge.ts';

const silent = (): undefined => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

let said: string[];
let purge: CachePurge;

function purgeOf(version: string): CachePurge {
  said = [];
  const control = (command: string): Promise<string> => {
    said.push(command);
    return Promise.resolve(command === 'version' ? `ovs-vswitchd (Open vSwitch) ${version}\n` : '');
  };
  return new CachePurge({ control, log, settleMs: 20, restMs: 60 });
}

beforeEach(() => {
  purge = purgeOf('3.1.0');
});
afterEach(() => purge.close());

it('empties the cache once for changes that come together, and again for later ones', async () => {
  for (let change = 0; change < 5; change++) purge.soon();
  await vi.waitUntil(() => said.length === 2);
  expect(said).toEqual(['version', 'revalidator/purge']);
  purge.soon();
  await vi.waitUntil(() => said.length === 3);
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(said).toHaveLength(3);
});

it('lets alone a switch that does not need it', async () => {
  purge.close();
  purge = purgeOf('3.2.1');
  purge.soon();
  await vi.waitUntil(() => said.length === 1);
  purge.soon();
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(said).toEqual(['version']);
});

it.each([
  ['ovs-vswitchd (Open vSwitch) 2.17.9', true],
  ['ovs-vswitchd (Open vSwitch) 3.1.0', true],
  ['ovs-vswitchd (Open vSwitch) 3.2.0', false],
  ['ovs-vswitchd (Open vSwitch) 4.0.90', false],
])('%s: %s', (version, needs) => {
  expect(leavesEntries(version)).toBe(needs);
});
