import { expect } from 'vitest';
import { decodeEthernet, formatMac } from '@vnet/packet';
import { Capture } from './capture.ts';
import type { DataCentre } from './data-centre.ts';
import type { Tenants } from './tenants.ts';

/** Each machine reaches all others of its tenant, and hears nobody else. */
export async function expectMatrix(centre: DataCentre, tenants: Tenants = centre.tenants): Promise<void> {
  const { lab } = centre;
  const started = lab.vms.map(async (vm) => [vm.name, await Capture.on(vm, 'eth0')] as const);
  const captures = new Map(await Promise.all(started));
  const failed: string[] = [];
  for (const vms of Object.values(tenants)) {
    for (const from of vms) {
      const others = vms.filter((vm) => vm !== from);
      await Promise.all(
        others.map(async (to) => {
          if (!(await centre.reaches(from, lab.vm(to).address!))) failed.push(`${from} → ${to}`);
        }),
      );
    }
  }
  await Promise.all([...captures.values()].map(async (capture) => capture.stop()));
  expect(failed).toEqual([]);
  for (const vms of Object.values(tenants)) {
    for (const vm of vms) {
      const sources = captures.get(vm)!.frames.map((frame) => formatMac(decodeEthernet(frame).src));
      const others = vms.filter((other) => other !== vm).map((other) => lab.vm(other).mac);
      expect(new Set(sources), `sources of what ${vm} gets`).toEqual(new Set(others));
    }
  }
}
