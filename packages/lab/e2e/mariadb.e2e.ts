import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MariaDb, startMariaDb } from '../../vnmgr/test/mariadb.ts';
import { DataCentre } from './data-centre.ts';
import { expectMatrix } from './matrix.ts';
import { TWO_TENANTS } from './tenants.ts';
import { until } from './until.ts';

let database: MariaDb;
let centre: DataCentre;

beforeAll(async () => {
  database = await startMariaDb();
  centre = await DataCentre.up({ ...TWO_TENANTS, database: await database.createDatabase() });
});

afterAll(async () => {
  await centre.down();
  await database.close();
});

describe('a data centre on MariaDB', () => {
  it('has tenants that reach their own machines and no others', async () => {
    await expectMatrix(centre);
    expect((await centre.ping('a1', '10.0.0.6')).received).toBe(0);
  });

  it('follows a machine that moves', async () => {
    await centre.lab.move('a5', 'hv3');
    expect(await centre.reachedAfter('a2', '10.0.0.5')).toBeLessThan(1000);
    await centre.lab.move('a5', 'hv1');
    expect(await centre.reachedAfter('a3', '10.0.0.5')).toBeLessThan(1000);
  });

  it('has a vnmgr from which agents resume', async () => {
    await centre.vnmgr.stop();
    for (const [host, { msg }] of await centre.startManager()) expect(msg, host).toBe('resumed');
  });

  it('goes on forwarding while the database is away, refuses changes then, and takes them again', async () => {
    await database.stop();
    await expect(centre.api('PUT', 'networks/nw-a', { display_name: 'gone' })).rejects.toMatchObject({ status: 503 });
    await expectMatrix(centre);
    await database.start();
    await until(async () => {
      const renamed = centre.api('PUT', 'networks/nw-a?wait=flows', { display_name: 'back' });
      return renamed.then(({ display_name }) => display_name === 'back').catch(() => false);
    }, 'changes are taken again');
    await expectMatrix(centre);
  });
});
