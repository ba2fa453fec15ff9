/** A program that owns a lab, for a test to kill: prints `<lab> <pid of a program in no namespace>` and stays. */
import { Lab } from '../src/index.ts';
import { ONE_HOST } from './topologies.ts';

const lab = await Lab.up(ONE_HOST);
const sleeper = lab.machine.spawn('sleeper', ['sleep', '1000']);
process.stdout.write(`${lab.id} ${sleeper.pid}\n`);
setInterval(() => undefined, 1000);
