import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MariaDb, startMariaDb } from '../../vnmgr/test/mariadb.ts';
import { DataCentre } from './data-centre.ts';
import { expectMatrix } from './matrix.ts';
import { SteadyPing } from './steady-ping.ts';
import { TWO_TENANTS } from './tenants.ts';
import { until } from './until.ts';

let database: MariaDb;
let centre: DataCentre;

beforeAll(async () => {
  database = await startMariaDb();
  centre = await DataCentre.up({ ...TWO_TENANTS, database: await database.createDatabase(), standby: true });
});

afterAll(async () => {
  await centre.down();
  await database.close();
});

/** Until a change is taken and stands in all switches, in ms. */
async function untilWritten(name: string): Promise<number> {
  const start = performance.now();
  await until(
    async () => {
      const change = centre.api('PUT', 'networks/nw-a?wait=flows&timeout=10', { display_name: name });
      return change.then(({ display_name: now }) => now === name).catch(() => false);
    },
    'changes are taken again',
    20_000,
  );
  return performance.now() - start;
}

async function connectedHosts(): Promise<number> {
  const { items } = (await centre.api('GET', 'agents')) as unknown as { items: { connected: boolean }[] };
  return items.filter(({ connected }) => connected).length;
}

describe('two managers on one database', () => {
  it('are one to agents and requests that ask the one on standby first', async () => {
    const standby = await centre.standby.lines();
    expect(standby.some(({ msg }) => String(msg).startsWith('standby: another manager'))).toBe(true);
    await expectMatrix(centre);
    expect(await connectedHosts()).toBe(centre.lab.hosts.length);
    await untilWritten('first');
  });

  it('lose no packet when the one that writes is killed; the other takes over and learns of what has moved meanwhile', async () => {
    const ping = await SteadyPing.start(centre, 'a2', '10.0.0.5');
    await centre.vnmgr.kill();
    await centre.lab.move('a3', 'hv1');
    const seconds = (await untilWritten('second')) / 1_000;
    process.stderr.write(`take-over between managers after a kill: ${seconds.toFixed(1)} s\n`);
    expect(seconds).toBeLessThan(12);
    expect((await ping.stop()).lost).toEqual([]);
    expect(await centre.reachedAfter('a2', '10.0.0.3')).toBeLessThan(2_000);
    await until(async () => (await connectedHosts()) === centre.lab.hosts.length, 'all agents are connected');
    await expectMatrix(centre);
  });

  it('stay as they are when the first comes back, and change over at once when the other is ended', async () => {
    await centre.vnmgr.start();
    await centre.vnmgr.message(({ msg }) => String(msg).startsWith('standby: another manager'));
    await untilWritten('third');
    await centre.standby.stop();
    const seconds = (await untilWritten('fourth')) / 1_000;
    process.stderr.write(`take-over between managers after SIGTERM: ${seconds.toFixed(1)} s\n`);
    expect(seconds).toBeLessThan(5);
    await centre.lab.move('a3', 'hv2');
    expect(await centre.reachedAfter('a5', '10.0.0.3')).toBeLessThan(2_000);
  });
});
