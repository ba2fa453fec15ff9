/** Resident memory of an agent that knows 10,000 interfaces of a network in use on its host. Budget: 150 MB. */
import { readFile } from 'node:fs/promises';
import { addInterfaces, oneNetwork } from './network.ts';
import { report } from './report.ts';

const INTERFACES = 10_000;
const KIB = 1024;

await using centre = await oneNetwork();
await addInterfaces(centre, INTERFACES);
const status = await readFile(`/proc/${centre.agent('hv1').daemon.pid}/status`, 'utf8');
const resident = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * KIB;
report(`resident memory of an agent with ${INTERFACES} interfaces`, resident / 1e6, 150, 'MB');
