/**
 * The API, from HTTP to a MariaDB and back: a document of 1,000 interfaces with MAC and IP addresses, single creations by
 * eight clients, pages of a list of 100,000 interfaces.
 *
 * Budgets: the document in 3 s; 200 creations per second; 20 ms for a page of 30.
 */
import { ManagerUnderTest } from './manager.ts';
import { median, report } from './report.ts';

const DOCUMENT = 1_000;
const CLIENTS = 8;
const CREATED = 2_000;
const LISTED = 100_000;
/** Interfaces in one document while the list grows. */
const AT_ONCE = 10_000;
const PAGES = 50;

await using manager = await ManagerUnderTest.up();
let made = 0;

function byte(number: number, shift: number): number {
  return (number >> shift) & 0xff;
}

function machine(i: number): Record<string, string> {
  const mac = [16, 8, 0].map((shift) => byte(i, shift).toString(16).padStart(2, '0')).join(':');
  return {
    mode: 'vif',
    port_name: `vm${i}`,
    network_uuid: 'nw-a',
    mac_address: `02:00:00:${mac}`,
    ipv4_address: `10.${[16, 8, 0].map((shift) => byte(i + 1, shift)).join('.')}`,
  };
}

/** A document of so many interfaces that are not there yet. */
function machines(count: number): { interfaces: Record<string, Record<string, string>> } {
  const numbers = Array.from({ length: count }, () => made++);
  return { interfaces: Object.fromEntries(numbers.map((i) => [`if-${i}`, machine(i)])) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Median of requests one after the other, in ms. */
async function pages(pathOf: (i: number) => string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < PAGES; i++) times.push(await timed(() => manager.call('GET', pathOf(i))));
  return median(times);
}

async function create(): Promise<void> {
  const last = made + CREATED;
  const client = async (): Promise<void> => {
    while (made < last) {
      const i = made++;
      await manager.call('POST', 'interfaces', { uuid: `if-${i}`, ...machine(i) });
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

await manager.call('POST', 'networks', { uuid: 'nw-a', ipv4_network: '10.0.0.0', ipv4_prefix: 8 });
// What is run the first time is compiled first.
await manager.call('POST', 'apply', machines(10));

const document = machines(DOCUMENT);
const apply = (): Promise<unknown> => manager.call('POST', 'apply', document);
report(`apply of ${DOCUMENT} interfaces`, (await timed(apply)) / 1_000, 3, 's');
report('the same again, no changes', (await timed(apply)) / 1_000, 3, 's');
document.interfaces['if-500']!['port_name'] = 'changed';
report('the same with one line changed', (await timed(apply)) / 1_000, 3, 's');

const seconds = (await timed(create)) / 1_000;
report(`interfaces created by ${CLIENTS} clients`, CREATED / seconds, 200, 'per second');

while (made < LISTED) await manager.call('POST', 'apply', machines(Math.min(AT_ONCE, LISTED - made)));
report(`first page of 30 of ${LISTED}`, await pages(() => 'interfaces?limit=30'), 20, 'ms');
report('a page in the middle', await pages((i) => `interfaces?limit=30&offset=${LISTED / 2 + i}`), 20, 'ms');
report('the last page', await pages((i) => `interfaces?limit=30&offset=${LISTED - 30 - i}`), 20, 'ms');
// A page after each change: nothing that was counted before helps.
const changing = async (): Promise<number> => {
  const times: number[] = [];
  for (let i = 0; i < PAGES; i++) {
    await manager.call('PUT', `interfaces/if-${i}`, { display_name: `changed ${i}` });
    times.push(await timed(() => manager.call('GET', 'interfaces?limit=30')));
  }
  return median(times);
};
report('first page after a change', await changing(), 20, 'ms');
report('history of one interface', await pages((i) => `history?uuid=if-${i}`), 20, 'ms');
