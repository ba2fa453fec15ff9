import { table } from '../text/table.ts';
import type { DemoVm } from './demo.ts';
import { isAsExpected, type Finding } from './reachability.ts';

/** The reachability table, expected beside found. */
export function reachabilityTable(findings: readonly Finding[]): string {
  return table(
    ['FROM', 'TO', 'EXPECTED', 'FOUND', 'TRANSPORT', 'ROUND TRIP', ''],
    findings.map((finding) => [
      placeOf(finding.expectation.from),
      placeOf(finding.expectation.to),
      expected(finding),
      finding.reachable ? 'reachable' : 'not reachable',
      transport(finding),
      finding.rtt === undefined ? '-' : `${finding.rtt.toFixed(2)} ms`,
      isAsExpected(finding) ? '' : `<-- differs${finding.leak === undefined ? '' : `: ${finding.leak}`}`,
    ]),
  );
}

/** One line for each finding that is not what was expected. */
export function differences(findings: readonly Finding[]): readonly string[] {
  return findings
    .filter((finding) => !isAsExpected(finding))
    .map((finding) => {
      const { from, to } = finding.expectation;
      const found = finding.reachable ? `reachable (${finding.leak ?? transport(finding)})` : 'not reachable';
      return `${from.name} -> ${to.name}: expected ${expected(finding)}, found ${found}`;
    });
}

function placeOf({ name, host, address, vlan }: DemoVm): string {
  return `${name} ${address} ${vlan === undefined ? 'on' : `in VLAN ${vlan} behind`} ${host}`;
}

function expected({ expectation: { transport: how } }: Finding): string {
  return how === undefined ? 'not reachable' : `reachable, ${how}`;
}

function transport({ transport: how, key }: Finding): string {
  return [how ?? '-', ...(key === undefined ? [] : [`key ${key}`])].join(' ');
}
