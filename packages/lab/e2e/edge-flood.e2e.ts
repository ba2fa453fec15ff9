import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataCentre } from './data-centre.ts';
import { TRUNK } from './edge-site.ts';
import { floodedSite, macFlood, SOURCES } from './mac-flood.ts';

/** As `VLAN_LIMIT` of the agent. */
const LIMIT = 1_024;

let centre: DataCentre;

beforeAll(async () => {
  centre = await floodedSite();
});

afterAll(async () => centre.down());

describe(`a flood of ${SOURCES} source addresses from the legacy side`, () => {
  it('fills what is learnt of the VLAN and no more; known machines lose nothing; it is reported', async () => {
    const { sent, seconds, lost, agentMs, learnt, flows, handed, flooded } = await macFlood(centre);
    expect(sent).toBe(SOURCES);
    expect(learnt).toBeLessThanOrEqual(LIMIT);
    expect(flooded).toMatchObject({ port: TRUNK, packets_per_second: 200 });
    expect(flooded['dropped']).toBeGreaterThan(1_000);
    expect(flows).toBeLessThan(LIMIT * 12);
    expect(handed).toBeLessThan(SOURCES / 10);
    expect(agentMs).toBeLessThan(seconds * 1_000);
    expect(lost).toEqual([0, 0, 0]);
  });
});
