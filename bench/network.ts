/** A network in a lab of three hosts (two neighbours, one behind a router), with as many interfaces as wanted. */
import { DataCentre } from '../packages/lab/e2e/data-centre.ts';
import { TWO_TENANTS } from '../packages/lab/e2e/tenants.ts';

const PARALLEL = 8;
const VMS = { a1: 'hv1', a2: 'hv2', a3: 'hv3' };

/** Three hosts with one machine each in one network, whose agents run. */
export async function oneNetwork(): Promise<DataCentre> {
  return DataCentre.up({
    topology: {
      ...TWO_TENANTS.topology,
      vms: Object.fromEntries(
        Object.entries(VMS).map(([name, host], i) => [
          name,
          { host, address: `10.0.0.${i + 1}/16`, mac: `02:0a:00:00:00:0${i + 1}` },
        ]),
      ),
    },
    tenants: { a: Object.keys(VMS) },
  });
}

/** Adds interface number `i` to the network; nobody plugs it. `query`: of the request, for example `?wait=flows`. */
export async function addInterface(centre: DataCentre, i: number, query = ''): Promise<void> {
  await centre.api('POST', `interfaces${query}`, {
    uuid: `if-x${i}`,
    mode: 'vif',
    port_name: `x${i}`,
    network_uuid: 'nw-a',
    mac_address: `02:ff:00:00:${hex(i >> 8)}:${hex(i & 0xff)}`,
    ipv4_address: `10.0.${16 + (i >> 8)}.${i & 0xff}`,
  });
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

/** Adds the interfaces 0 to `count` - 1, a few at a time, and waits until the agents have them all. */
export async function addInterfaces(centre: DataCentre, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, i) => i);
  while (numbers.length > 0) await Promise.all(numbers.splice(0, PARALLEL).map((i) => addInterface(centre, i)));
  await centre.settled();
}
