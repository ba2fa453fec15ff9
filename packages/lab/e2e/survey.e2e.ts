import { describe, expect, it } from 'vitest';
import { Lab } from '../src/index.ts';
import { EXPECTATIONS, MACHINES, TOPOLOGY } from '../src/quickstart/demo.ts';
import { isAsExpected, Survey } from '../src/quickstart/reachability.ts';
import { differences, reachabilityTable } from '../src/quickstart/report.ts';

/** What the demonstration would say if nothing kept the tenants apart. */
describe('the survey of a lab without agents', () => {
  it('finds every leak between the tenants of a segment, and what is missing across the router', async () => {
    await using lab = await Lab.up(TOPOLOGY);
    const survey = await Survey.start(lab);
    const findings = await survey.measure();
    await survey.close();

    expect(findings.map(({ expectation }) => expectation)).toEqual(expect.arrayContaining([...EXPECTATIONS]));
    expect(findings).toHaveLength(MACHINES.length * (MACHINES.length - 1));

    const inOneSegment = (host: string): boolean => host !== 'hv3';
    const leaks = findings.filter(({ expectation: { from, to } }) => from.tenant !== to.tenant);
    for (const { expectation, reachable } of leaks) {
      const { from, to } = expectation;
      // No VM puts the tag on without which the legacy switch lets nothing to its machine.
      const joined =
        to.vlan === undefined && (from.host === to.host || (inOneSegment(from.host) && inOneSegment(to.host)));
      expect([from.name, to.name, reachable]).toEqual([from.name, to.name, joined]);
    }
    const acrossRouter = findings.filter(({ expectation }) => expectation.transport === 'GRE');
    expect(acrossRouter.map(({ reachable }) => reachable)).toEqual(acrossRouter.map(() => false));

    const wrong = findings.filter((finding) => !isAsExpected(finding));
    expect(differences(findings)).toHaveLength(wrong.length);
    expect(wrong.length).toBeGreaterThanOrEqual(
      leaks.filter(({ reachable }) => reachable).length + acrossRouter.length,
    );
    expect(reachabilityTable(findings).match(/<-- differs/g)).toHaveLength(wrong.length);
  });
});
